import { randomUUID } from 'node:crypto';
import { chmod, link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { CryptoKey } from 'jose';
import { createKey, dated, importKey, publicHalf, rotated } from './signing-keys.js';
import type { DatedKey, PublicKeySet, SigningKeys, StoredKey } from './signing-keys.js';

interface Loaded {
  readonly stamp: string;
  readonly keys: readonly DatedKey[];
  readonly signing: { readonly kid: string; readonly key: CryptoKey };
  readonly verifying: ReadonlyMap<string, CryptoKey>;
}

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

/**
 * Adds a new key, which signs from now on; the old one verifies until its last token is long dead.
 * @param atOnce the old ones end now: for a key in the wrong hands. Tokens of theirs are read again
 */
export async function rotateSigningKeys(path: string, nowMs: number, atOnce = false): Promise<void> {
  const [former, added] = [await readKeys(path), await createKey(nowMs)];
  const draft = await writeDraft(path, atOnce ? [added] : rotated(former, added, nowMs));
  await rename(draft, path);
}

class SigningKeyFile implements SigningKeys {
  private loaded: Loaded | null = null;

  constructor(private readonly path: string) {}

  async newest(): Promise<Loaded['signing']> {
    return (await this.current()).signing;
  }

  async find(kid: string): Promise<CryptoKey | null> {
    const { keys, verifying } = await this.current();
    const known = keys.find(({ stored }) => stored.kid === kid);
    return known !== undefined && Date.now() < known.untilMs ? (verifying.get(kid) ?? null) : null;
  }

  async publicKeys(): Promise<PublicKeySet> {
    const { keys } = await this.current();
    const nowMs = Date.now();
    return { keys: keys.filter(({ untilMs }) => nowMs < untilMs).map(({ stored }) => publicHalf(stored)) };
  }

  /** The file is looked at each time: a key that was taken out ends at once. */
  private async current(): Promise<Loaded> {
    const { mtimeMs, size, ino } = await stat(this.path);
    const stamp = `${mtimeMs}|${size}|${ino}`;
    if (this.loaded?.stamp !== stamp) this.loaded = await load(this.path, stamp);
    return this.loaded;
  }
}

async function load(path: string, stamp: string): Promise<Loaded> {
  const keys = dated(await readKeys(path));
  const newest = keys.at(-1)?.stored;
  if (newest === undefined) throw new Error(`${path} holds no key with a \`created_at\``);
  const verifying = await Promise.all(
    keys.map(async ({ stored }) => [stored.kid, await importKey(publicHalf(stored))] as const),
  );
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
