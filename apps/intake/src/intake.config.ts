import { commaList, httpUrl, loadIssuers, loadRate, loadServiceConfig, readSecret } from '@countersign/service';
import type { Env, OidcIssuer, Rate, ServiceConfig } from '@countersign/service';
import type { RedactionKeys } from './redact.js';

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
    redactionKeys: redactionKeys(readSecret(service.secretsDir, 'redaction.json')),
    rate: loadRate(env),
  };
}

function redactionKeys(text: string): RedactionKeys {
  const keys = JSON.parse(text) as RedactionKeys;
  for (const [tenant, { key_id, key }] of Object.entries(keys)) {
    // 32 bytes: the length of a SHA-256 output, below which HMAC loses strength (RFC 2104, section 3).
    if (!key_id || !/^[0-9a-f]{64,}$/.test(key))
      throw new Error(`redaction.json has no key id or 32-byte hex key for ${tenant}`);
  }
  return keys;
}
