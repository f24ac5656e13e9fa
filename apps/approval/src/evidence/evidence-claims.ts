import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@countersign/canonical';
import { isMissing } from './evidence-store.js';

/** What bytes were stored for, before the log has said that they are evidence. */
export interface Claim {
  readonly tenant: string;
  readonly action_id: string;
  readonly attachment_id: string;
  /** Hash of the bytes: `sha256:` and hex. */
  readonly sha256: string;
}

/** A claim and when it was made, UTC epoch milliseconds by the file system's clock. */
export interface OldClaim {
  readonly claim: Claim;
  readonly atMs: number;
}

/**
 * Claims in a folder beside the evidence, one small file each. One that is still there after an hour is of an upload that
 * was refused, or that a crash cut off.
 */
export class EvidenceClaims {
  private readonly folder: string;

  /** @param evidenceDir folder of the evidence, the same for all instances */
  constructor(evidenceDir: string) {
    this.folder = join(evidenceDir, 'pending');
  }

  async add(claim: Claim): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeFile(this.pathOf(claim), JSON.stringify(claim), { mode: 0o600 });
  }

  /** The log names the bytes, or they are gone. */
  settle(claim: Claim): Promise<void> {
    return rm(this.pathOf(claim), { force: true });
  }

  /** Claims that were made before a time, UTC epoch milliseconds. */
  async madeBefore(timeMs: number): Promise<OldClaim[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found = await Promise.all(names.map((name) => this.read(join(this.folder, name), timeMs)));
    return found.flatMap((one) => one ?? []);
  }

  private async read(path: string, beforeMs: number): Promise<OldClaim | null> {
    try {
      const { mtimeMs } = await stat(path);
      return mtimeMs < beforeMs ? { claim: JSON.parse(await readFile(path, 'utf8')) as Claim, atMs: mtimeMs } : null;
    } catch (fault) {
      if (isMissing(fault)) return null;
      // Half a claim: its bytes were never written.
      await rm(path, { force: true });
      return null;
    }
  }

  private pathOf(claim: Claim): string {
    return join(this.folder, `${sha256(Buffer.from(JSON.stringify(claim))).replace(/^sha256:/, '')}.json`);
  }
}
