import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { LiveSecret, RECHECK_MS } from './live-secret.js';
import type { Logger } from './logger.js';
import { readSecret, writeSecret } from './secret-file.js';

const FILE = 'draws.json';
/** How long every instance has a new key before anything is drawn with it. */
const SETTLES_MS = 2 * RECHECK_MS;
const HEX_DIGITS = 12;

/** A key as `draws.json` holds it. */
interface DrawKey {
  readonly key_id: string;
  /** 32 bytes or more, hex. */
  readonly key: string;
  /** Actions that were proposed from this time on are drawn with it, RFC 3339; the oldest key holds for all before. */
  readonly since: string;
}

/** One key's draws: places from 0 to below 1 that nobody without the key can tell. */
export interface KeyedDraws {
  readonly keyId: string;
  readonly place: (parts: readonly string[]) => number;
}

/** The first 48 bits of HMAC-SHA-256 over the parts as a JSON array of texts, over 2^48. */
export function keyedDraws({ key_id, key }: Pick<DrawKey, 'key_id' | 'key'>): KeyedDraws {
  const secret = Buffer.from(key, 'hex');
  return {
    keyId: key_id,
    place: (parts) => {
      const hash = createHmac('sha256', secret).update(JSON.stringify(parts), 'utf8').digest('hex');
      return Number.parseInt(hash.slice(0, HEX_DIGITS), 16) / 16 ** HEX_DIGITS;
    },
  };
}

/** The draws of every key that there was. */
export interface DrawKeys {
  /** Those of the key that held at a time, UTC epoch milliseconds, so that every instance draws alike at any time. */
  readonly at: (timeMs: number) => KeyedDraws;
  /** Those of a key by its id; null: nobody has that key any more, so nothing can be drawn again. */
  readonly named: (keyId: string) => KeyedDraws | null;
}

/**
 * The keys as they are in `draws.json` whenever one is used; a change is seen within a second, without a restart.
 * @throws Error naming the file and what is wrong with it (never its content)
 */
export function liveDrawKeys(secretsDir: string, log: Logger): DrawKeys {
  const file = new LiveSecret(join(secretsDir, FILE), () => draws(read(secretsDir)), log);
  return {
    at: (timeMs) => {
      const all = file.current();
      return (all.findLast(({ sinceMs }) => sinceMs <= timeMs) ?? all[0]!).draws;
    },
    named: (keyId) => file.current().find((one) => one.draws.keyId === keyId)?.draws ?? null,
  };
}

/**
 * Draws with a new key from now on; the former ones stay, so that what they drew can be drawn again.
 * @throws Error as `liveDrawKeys`
 */
export function rotateDrawKey(secretsDir: string, nowMs: number): string {
  const keys = read(secretsDir);
  const fresh = newDrawKey(nowMs + SETTLES_MS);
  writeSecret(secretsDir, FILE, { keys: [...keys, fresh] });
  return fresh.key_id;
}

/** @param sinceMs UTC epoch milliseconds */
export const newDrawKey = (sinceMs: number): DrawKey => ({
  key_id: `dk_${randomBytes(8).toString('hex')}`,
  key: randomBytes(32).toString('hex'),
  since: new Date(sinceMs).toISOString(),
});

const draws = (keys: readonly DrawKey[]) =>
  keys.map((key) => ({ sinceMs: Date.parse(key.since), draws: keyedDraws(key) }));

function read(secretsDir: string): readonly DrawKey[] {
  const { keys } = JSON.parse(readSecret(secretsDir, FILE)) as { keys?: Partial<DrawKey>[] };
  if (!Array.isArray(keys) || keys.length === 0) throw new Error(`${FILE} has no list of \`keys\``);
  for (const [at, key] of keys.entries())
    if (!isDrawKey(key))
      throw new Error(`${FILE}: key ${at} lacks a key_id, 32 bytes of hex, or the time of \`since\``);
  return (keys as DrawKey[]).toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since));
}

const isDrawKey = ({ key_id, key, since }: Partial<DrawKey>): boolean =>
  Boolean(key_id) && /^([0-9a-f]{2}){32,}$/.test(key ?? '') && !Number.isNaN(Date.parse(since ?? ''));
