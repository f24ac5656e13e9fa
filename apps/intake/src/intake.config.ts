import type { RedactionKeys } from '@countersign/canonical';
import { commaList, httpUrl, loadIssuers, loadRate, loadServiceConfig, readRedactionKeys } from '@countersign/service';
import type { Env, OidcIssuer, Rate, ServiceConfig } from '@countersign/service';

export interface IntakeConfig extends ServiceConfig {
  readonly approvalUrls: readonly string[];
  /** Asked for actions that approval has forgotten; null when there is none. */
  readonly telemetryUrl: string | null;
  readonly issuers: readonly OidcIssuer[];
  readonly redactionKeys: RedactionKeys;
  /** Of each API key and person. */
  readonly rate: Rate;
}

/** @throws Error naming the first missing or malformed variable or file (never its content) */
export function loadIntakeConfig(env: Env): IntakeConfig {
  const service = loadServiceConfig(env, 'intake');
  return {
    ...service,
    approvalUrls: commaList(env, 'APPROVAL_URLS'),
    telemetryUrl: env['TELEMETRY_URL'] ? httpUrl(env, 'TELEMETRY_URL') : null,
    issuers: loadIssuers(env),
    redactionKeys: readRedactionKeys(service.secretsDir),
    rate: loadRate(env),
  };
}
