import type { RedactionKeys } from '@countersign/canonical';
import {
  commaList,
  httpUrl,
  loadIssuers,
  loadRate,
  loadServiceConfig,
  positiveInt,
  readRedactionKeys,
  required,
} from '@countersign/service';
import { MIB } from './evidence/evidence-quota.js';
import type { EvidenceQuota } from './evidence/evidence-quota.js';
import type { Env, OidcIssuer, Rate, ServiceConfig } from '@countersign/service';

export interface ApprovalConfig extends ServiceConfig {
  /** `iss` of approval tokens: the public address of approval, the same for all instances. */
  readonly tokenIssuer: string;
  /** Where policy is asked about changed actions. */
  readonly policyUrl: string;
  readonly issuers: readonly OidcIssuer[];
  /** Of each API key and person, on the page too. */
  readonly rate: Rate;
  /** Client id of the reviewers' page at the first identity provider; null leaves the page out. */
  readonly pageClientId: string | null;
  /** Addresses under which browsers reach the page. */
  readonly pageUrls: readonly string[];
  /** JSON file of the people that there are, read at start; null: only what administrators say. */
  readonly rosterFile: string | null;
  /** Who answers for that file. */
  readonly operator: string;
  /** For what executors see of hidden preconditions; a tenant that is not among them cannot redeem with such. */
  readonly redactionKeys: RedactionKeys;
  /** Directory of attached evidence, the same for all instances. */
  readonly evidenceDir: string;
  readonly evidenceQuota: EvidenceQuota;
  /** Waits between attempts to deliver a message, milliseconds. Default: ten attempts over three days. */
  readonly notificationWaitsMs?: readonly number[];
  /** Called with each address before a message connects to it; for tests. */
  readonly onNotificationConnect?: (address: string) => void;
}

/** `COUNTERSIGN_EVIDENCE_TENANT_MIB` (default 10 240) and `COUNTERSIGN_EVIDENCE_CALLER_MIB` (default 2 048). @throws Error naming the variable */
export const loadEvidenceQuota = (env: Env): EvidenceQuota => ({
  tenantBytes: positiveInt(env, 'COUNTERSIGN_EVIDENCE_TENANT_MIB', 10_240) * MIB,
  callerBytes: positiveInt(env, 'COUNTERSIGN_EVIDENCE_CALLER_MIB', 2_048) * MIB,
});

/** @throws Error naming the first missing or malformed variable (never its value) */
export const loadApprovalConfig = (env: Env): ApprovalConfig => {
  const service = loadServiceConfig(env, 'approval');
  return {
    ...service,
    redactionKeys: readRedactionKeys(service.secretsDir, {}),
    tokenIssuer: httpUrl(env, 'COUNTERSIGN_ISSUER'),
    policyUrl: httpUrl(env, 'POLICY_URL'),
    issuers: loadIssuers(env),
    rate: loadRate(env),
    pageClientId: env['OIDC_CLIENT_ID'] || null,
    // People come by the issuer's address; the others are how services know the instances, on one machine people too.
    pageUrls: [...new Set([httpUrl(env, 'COUNTERSIGN_ISSUER'), ...commaList(env, 'APPROVAL_URLS', [])])],
    rosterFile: env['COUNTERSIGN_ROSTER'] || null,
    operator: env['COUNTERSIGN_OPERATOR'] || 'operator',
    evidenceDir: required(env, 'COUNTERSIGN_EVIDENCE_DIR'),
    evidenceQuota: loadEvidenceQuota(env),
  };
};
