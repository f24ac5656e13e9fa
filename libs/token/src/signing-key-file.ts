import { randomUUID } from 'node:crypto';
import { chmod, link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { CryptoKey } from 'jose';
import { createKey, importKey, newestOf, publicHalf, rotated } from './signing-keys.js';
import type { PublicKeySet, SigningKeys, StoredKey } from './signing-keys.js';

interface Loaded {
  readonly stamp: string;
  readonly keys: readonly StoredKey[];
  readonly signing: { readonly kid: string; readonly key: CryptoKey };
  readonly verifying: ReadonlyMap<string, CryptoKey>;
}

/** How often a changed file is noticed, milliseconds. */
const RECHECK_MS = 1_000;

/**
 * Keys in one file that all instances share. It is made when absent: instances that start together agree on the one
 * that got there first.
 * @param path of `signing-keys.json`; made with mode 0600
 * @throws Error when the file is there and holds no usable key
 */
export async function openSigningKeys(path: string): Promise<SigningKeys> {
  await createOnce(path);
  const file = new SigningKeyFile(path);
  await file.newest();
  return file;
}

/** Adds a new key, which signs from now on; the old one stays published until its last token is long dead. */
export async function rotateSigningKeys(path: string, nowMs: number): Promise<void> {
  const keys = rotated(await readKeys(path), await createKey(nowMs), nowMs);
  const draft = await writeDraft(path, keys);
  await rename(draft, path);
}

class SigningKeyFile implements SigningKeys {
  private loaded: Loaded | null = null;
  private checkedAtMs = 0;

  constructor(private readonly path: string) {}

  async newest(): Promise<Loaded['signing']> {
    return (await this.current()).signing;
  }

  async find(kid: string): Promise<CryptoKey | null> {
    const { verifying } = await this.current();
    // Another instance may have noticed a new key before this one, and signed with it.
    return verifying.get(kid) ?? (await this.current(0)).verifying.get(kid) ?? null;
  }

  /** Read from the file each time: whoever asks has met a key that they do not know. */
  async publicKeys(): Promise<PublicKeySet> {
    return { keys: (await this.current(0)).keys.map(publicHalf) };
  }

  private async current(recheckMs = RECHECK_MS): Promise<Loaded> {
    const nowMs = Date.now();
    if (this.loaded !== null && nowMs - this.checkedAtMs < recheckMs) return this.loaded;
    this.checkedAtMs = nowMs;
    const { mtimeMs, size, ino } = await stat(this.path);
    const stamp = `${mtimeMs}|${size}|${ino}`;
    if (this.loaded?.stamp !== stamp) this.loaded = await load(this.path, stamp);
    return this.loaded;
  }
}

async function load(path: string, stamp: string): Promise<Loaded> {
  const keys = await readKeys(path);
  const newest = newestOf(keys);
  if (newest === undefined) throw new Error(`${path} holds no key`);
  const verifying = await Promise.all(keys.map(async (key) => [key.kid, await importKey(publicHalf(key))] as const));
  const signing = { kid: newest.kid, key: await importKey(newest) };
  return { stamp, keys, signing, verifying: new Map(verifying) };
}

async function readKeys(path: string): Promise<StoredKey[]> {
  const { keys } = JSON.parse(await readFile(path, 'utf8')) as { keys?: StoredKey[] };
  if (!Array.isArray(keys)) throw new Error(`${path} has no list \`keys\``);
  return keys;
}

async function createOnce(path: string): Promise<void> {
  if (await exists(path)) return;
  const draft = await writeDraft(path, [await createKey(Date.now())]);
  try {
    // A link fails when the name is taken, so of several first instances one wins and none sees half a file.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function writeDraft(path: string, keys: readonly StoredKey[]): Promise<string> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await chmod(draft, 0o600);
  return draft;
}
