import { DATABASE } from '@countersign/clickhouse';
import type { EngineOptions } from '@countersign/clickhouse';
import { httpUrl, loadIssuers, loadRate, loadServiceConfig, required } from '@countersign/service';
import type { Env, OidcIssuer, Rate, ServiceConfig } from '@countersign/service';

export interface TelemetryConfig extends ServiceConfig {
  /** Where to write; the schema must be there (`migrate`). */
  readonly engine: EngineOptions;
  readonly issuers: readonly OidcIssuer[];
  /** Of each person. */
  readonly rate: Rate;
}

/** @throws Error naming the first missing or malformed variable or file (never its content) */
export function loadTelemetryConfig(env: Env): TelemetryConfig {
  return {
    ...loadServiceConfig(env, 'telemetry'),
    issuers: loadIssuers(env),
    rate: loadRate(env),
    engine: {
      url: httpUrl(env, 'CLICKHOUSE_URL'),
      username: required(env, 'CLICKHOUSE_USER'),
      password: required(env, 'CLICKHOUSE_PASSWORD'),
      database: env['CLICKHOUSE_DATABASE'] || DATABASE,
      application: 'countersign-telemetry',
    },
  };
}
