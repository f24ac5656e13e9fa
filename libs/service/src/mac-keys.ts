import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from '@countersign/events';
import type { MacKeys, ServiceName } from '@countersign/events';
import { LiveSecret, RECHECK_MS } from './live-secret.js';
import type { Logger } from './logger.js';
import { readSecret, writeSecret } from './secret-file.js';

const FILE = 'mac.json';
/** How long readers have a new key before anything is written with it: twice what they need. */
const SETTLES_MS = 2 * RECHECK_MS;

/**
 * The keys as they are in `mac.json` whenever one is used; a change is seen within a second, without a restart.
 * @param service whose keys must be there
 * @throws Error naming the file and whose key is missing or malformed (never its content)
 */
export function liveMacKeys(secretsDir: string, service: string, log: Logger): MacKeys {
  const file = new LiveSecret(join(secretsDir, FILE), () => read(secretsDir, service), log);
  const live = SERVICES.map((name) => [name, { enumerable: true, get: () => file.current()[name] }] as const);
  return Object.defineProperties({}, Object.fromEntries(live));
}

/**
 * Gives a service a new key: it verifies at once and writes when every instance that shares the folder has read it.
 * Resolves then; the former keys stay, for the records that they wrote.
 * @throws Error as `liveMacKeys`
 */
export async function rotateMacKey(secretsDir: string, service: ServiceName): Promise<void> {
  const key = randomBytes(32).toString('hex');
  const put = (order: (former: readonly string[]) => readonly string[]): void => {
    const keys = read(secretsDir, service);
    const former = [keys[service] ?? []].flat().filter((one) => one !== key);
    writeSecret(secretsDir, FILE, { ...keys, [service]: order(former) });
  };
  put((former) => [key, ...former]);
  await sleep(SETTLES_MS);
  put((former) => [...former, key]);
}

// A service needs its own key and those of the services whose records it reads; locally they are all in one file.
function read(secretsDir: string, service: string): MacKeys {
  const keys = JSON.parse(readSecret(secretsDir, FILE)) as Record<string, unknown>;
  if (!(service in keys)) throw new Error(`${FILE} has no key for ${service}`);
  for (const [owner, key] of Object.entries(keys)) {
    const list: readonly unknown[] = Array.isArray(key) ? key : [key];
    if (list.length === 0 || !list.every(isMacKey)) throw new Error(`${FILE} has no 32-byte hex key for ${owner}`);
  }
  return keys as MacKeys;
}

// 32 bytes: the length of a SHA-256 output, below which HMAC loses strength (RFC 2104, section 3).
const isMacKey = (key: unknown): boolean => typeof key === 'string' && /^[0-9a-f]{64,}$/.test(key);
