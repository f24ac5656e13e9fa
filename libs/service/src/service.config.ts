import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MacKeys } from '@countersign/events';
import type { Env } from './env.js';
import { commaList, positiveInt, required } from './env.js';

/** What every service is told at boot. */
export interface ServiceConfig {
  /** Name of the service: `intake`, `policy`, `approval` or `telemetry`. */
  readonly service: string;
  /** Tells instances of one service apart, in client ids and logs. */
  readonly instanceId: string;
  readonly host: string;
  /** TCP port; 0 picks a free one (tests). */
  readonly port: number;
  readonly kafkaBrokers: readonly string[];
  /** Folder of keys and credentials (0700), see `docs/operations.md`. */
  readonly secretsDir: string;
  /** Shared by the services for internal HTTP. Never logged. */
  readonly internalToken: string;
  /** Hex keys of `countersign-mac`, one for each writing service. Never logged. */
  readonly macKeys: MacKeys;
  /** When set, the service ends as soon as this process is gone. */
  readonly parentPid: number | null;
  readonly logLevel: LogLevel;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** @throws Error naming the first missing or malformed variable or file (never its content) */
export function loadServiceConfig(env: Env, service: string): ServiceConfig {
  const secretsDir = required(env, 'COUNTERSIGN_SECRETS_DIR');
  return {
    service,
    instanceId: env['INSTANCE_ID'] || `${service}-1`,
    host: env['HOST'] || '127.0.0.1',
    port: env['PORT'] === '0' ? 0 : positiveInt(env, 'PORT'),
    kafkaBrokers: commaList(env, 'KAFKA_BROKERS'),
    secretsDir,
    internalToken: readSecret(secretsDir, 'internal.token').trim(),
    macKeys: readMacKeys(secretsDir, service),
    parentPid: env['COUNTERSIGN_PARENT_PID'] ? positiveInt(env, 'COUNTERSIGN_PARENT_PID') : null,
    logLevel: logLevel(env['COUNTERSIGN_LOG_LEVEL'] || 'info'),
  };
}

/** Text of a file in the secrets folder. @throws Error naming the file */
export function readSecret(secretsDir: string, name: string): string {
  const path = join(secretsDir, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read ${path}: run \`countersign up\` once, or create it as docs/operations.md says`, {
      cause,
    });
  }
}

// A service needs its own key and those of the services whose records it reads; locally they are all in one file.
function readMacKeys(secretsDir: string, service: string): MacKeys {
  const keys = JSON.parse(readSecret(secretsDir, 'mac.json')) as Record<string, unknown>;
  if (!(service in keys)) throw new Error(`mac.json has no key for ${service}`);
  for (const [owner, key] of Object.entries(keys)) {
    const list: readonly unknown[] = Array.isArray(key) ? key : [key];
    if (list.length === 0 || !list.every(isMacKey)) throw new Error(`mac.json has no 32-byte hex key for ${owner}`);
  }
  return keys as MacKeys;
}

// 32 bytes: the length of a SHA-256 output, below which HMAC loses strength (RFC 2104, section 3).
const isMacKey = (key: unknown): boolean => typeof key === 'string' && /^[0-9a-f]{64,}$/.test(key);

function logLevel(text: string): LogLevel {
  if (text === 'debug' || text === 'info' || text === 'warn' || text === 'error') return text;
  throw new Error('COUNTERSIGN_LOG_LEVEL is not one of debug, info, warn, error');
}
