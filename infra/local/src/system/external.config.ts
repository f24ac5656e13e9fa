import { SetupError } from '../setup-error.js';
import type { External, ExternalEngine } from './options.js';

type Env = Readonly<Record<string, string | undefined>>;

function externalEngine(env: Env): ExternalEngine | null {
  const url = env['CLICKHOUSE_URL'];
  if (!url) return null;
  if (!/^https?:\/\//.test(url))
    throw new SetupError('CLICKHOUSE_URL is not an http address, for example http://127.0.0.1:8123.');
  const user = env['CLICKHOUSE_USER'] || 'default';
  const password = env['CLICKHOUSE_PASSWORD'] ?? '';
  return {
    url: url.replace(/\/$/, ''),
    user,
    password,
    // Nobody is told the service's own password: without these two there is no analyst.
    analystUser: env['CLICKHOUSE_ANALYST_USER'] ?? '',
    analystPassword: env['CLICKHOUSE_ANALYST_PASSWORD'] ?? '',
  };
}

/**
 * `KAFKA_BROKERS` (comma list) and `CLICKHOUSE_URL` with `CLICKHOUSE_USER`, `CLICKHOUSE_PASSWORD`,
 * `CLICKHOUSE_ANALYST_USER`, `CLICKHOUSE_ANALYST_PASSWORD` replace the embedded broker and engine.
 * @throws SetupError naming a malformed variable
 */
export function loadExternal(env: Env): External {
  const brokers =
    env['KAFKA_BROKERS']
      ?.split(',')
      .map((one) => one.trim())
      .filter(Boolean) ?? [];
  return { kafkaBrokers: brokers.length > 0 ? brokers : null, engine: externalEngine(env) };
}
