import type { MacKeys } from '@countersign/events';
import type { Env } from './env.js';
import { commaList, positiveInt, required } from './env.js';
import { createLogger } from './logger.js';
import type { LogLevel } from './logger.js';
import { liveMacKeys } from './mac-keys.js';
import { readSecret } from './secret-file.js';

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
  /** Hex keys of `countersign-mac` of each writing service, read anew when they are used. Never logged. */
  readonly macKeys: MacKeys;
  /** When set, the service ends as soon as this process is gone. */
  readonly parentPid: number | null;
  readonly logLevel: LogLevel;
}

/** @throws Error naming the first missing or malformed variable or file (never its content) */
export function loadServiceConfig(env: Env, service: string): ServiceConfig {
  const secretsDir = required(env, 'COUNTERSIGN_SECRETS_DIR');
  const level = logLevel(env['COUNTERSIGN_LOG_LEVEL'] || 'info');
  return {
    service,
    instanceId: env['INSTANCE_ID'] || `${service}-1`,
    host: env['HOST'] || '127.0.0.1',
    port: env['PORT'] === '0' ? 0 : positiveInt(env, 'PORT'),
    kafkaBrokers: commaList(env, 'KAFKA_BROKERS'),
    secretsDir,
    internalToken: readSecret(secretsDir, 'internal.token').trim(),
    macKeys: liveMacKeys(secretsDir, service, createLogger(service, level)),
    parentPid: env['COUNTERSIGN_PARENT_PID'] ? positiveInt(env, 'COUNTERSIGN_PARENT_PID') : null,
    logLevel: level,
  };
}

function logLevel(text: string): LogLevel {
  if (text === 'debug' || text === 'info' || text === 'warn' || text === 'error') return text;
  throw new Error('COUNTERSIGN_LOG_LEVEL is not one of debug, info, warn, error');
}
