import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '@countersign/canonical';

/** Where the bytes of attachments are. A tenant's bytes are found by that tenant and their hash only. */
export interface EvidenceStore {
  /** Resolves when the bytes outlive a crash of this machine; repeated, it changes nothing. */
  put(tenant: string, bytes: Buffer): Promise<void>;
  /** The bytes of that hash (`sha256:` and hex); null when they are not there or are not those any more. */
  get(tenant: string, hash: string): Promise<Buffer | null>;
  /** Deletes the bytes of that hash, unless they were put again after a time, UTC epoch milliseconds. @returns whether it did */
  drop(tenant: string, hash: string, sinceMs: number): Promise<boolean>;
}

/** How much later a file may be written than it was announced, milliseconds. */
const WRITTEN_WITHIN_MS = 60_000;

export const isMissing = (fault: unknown): boolean => (fault as { code?: string } | null)?.code === 'ENOENT';

/**
 * The store in a directory that all instances see: `<hash of the tenant>/<two digits>/<hash of the bytes>`. A file is
 * complete from the moment it has its name.
 * @param folder made if it is not there
 * @throws the file system's error when it cannot be written to
 */
export async function openEvidenceDirectory(folder: string): Promise<EvidenceStore> {
  const store = new EvidenceDirectory(folder);
  await store.probe();
  return store;
}

class EvidenceDirectory implements EvidenceStore {
  constructor(private readonly folder: string) {}

  /** Writes something, so that a wrong directory is found at start. */
  async probe(): Promise<void> {
    const path = join(this.folder, `.probe-${randomUUID()}`);
    await writeDurably(path, Buffer.from('\n'));
    await rm(path);
  }

  async put(tenant: string, bytes: Buffer): Promise<void> {
    const path = this.pathOf(tenant, sha256(bytes));
    const writing = `${path}.${randomUUID()}.tmp`;
    try {
      await writeDurably(writing, bytes);
      await rename(writing, path);
    } catch (fault) {
      await rm(writing, { force: true });
      throw fault;
    }
    await syncFolder(dirname(path));
  }

  async get(tenant: string, hash: string): Promise<Buffer | null> {
    const bytes = await readFile(this.pathOf(tenant, hash)).catch((fault: unknown) => {
      if (isMissing(fault)) return null;
      throw fault;
    });
    return bytes !== null && sha256(bytes) === hash ? bytes : null;
  }

  async drop(tenant: string, hash: string, sinceMs: number): Promise<boolean> {
    const path = this.pathOf(tenant, hash);
    await this.dropHalves(path);
    const gone = `${path}.${randomUUID()}.gone`;
    try {
      // Under another name first: whoever puts the same bytes now makes a new file.
      await rename(path, gone);
    } catch (fault) {
      if (isMissing(fault)) return false;
      throw fault;
    }
    const isNewer = (await stat(gone)).mtimeMs > sinceMs + WRITTEN_WITHIN_MS;
    await (isNewer ? rename(gone, path) : rm(gone));
    return !isNewer;
  }

  /** What a crash left of the same bytes. */
  private async dropHalves(path: string): Promise<void> {
    const names = await readdir(dirname(path)).catch(() => []);
    const halves = names.filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp'));
    for (const name of halves) await rm(join(dirname(path), name), { force: true });
  }

  /** Names of tenants may hold what a path must not. */
  private pathOf(tenant: string, hash: string): string {
    const digits = hash.replace(/^sha256:/, '');
    return join(this.folder, createHash('sha256').update(tenant).digest('hex'), digits.slice(0, 2), digits);
  }
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  await makeFolder(dirname(path));
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A folder's own entry is in the folder above it, up to the first one that was there. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
