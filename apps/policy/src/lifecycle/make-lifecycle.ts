import { readFileSync } from 'node:fs';
import { CountersignError } from '@countersign/canonical';
import type { CheckedRoster } from '@countersign/policy';
import { InternalClient, readSecret } from '@countersign/service';
import type { Logger } from '@countersign/service';
import type { PolicyConfig } from '../policy.config.js';
import type { PolicyStore } from '../policy-log.js';
import { Lifecycle } from './lifecycle.js';
import { Redemptions } from './redemption.js';

const KEYS_FILE = 'policy-executor.json';

/** The policy service's executor key in a tenant. Read at each change, so that a new key needs no restart. */
function keyReader(secretsDir: string): (tenant: string) => string | null {
  return (tenant) => {
    try {
      const keys = JSON.parse(readSecret(secretsDir, KEYS_FILE)) as Partial<Record<string, string>>;
      return keys[tenant] || null;
    } catch (cause) {
      throw new CountersignError('overloaded', `there is no readable ${KEYS_FILE}`, {}, { cause });
    }
  };
}

/** The operator's roster file. @throws Error when it cannot be read */
export const readRoster = (file: string | null): CheckedRoster | null =>
  file === null ? null : (JSON.parse(readFileSync(file, 'utf8')) as CheckedRoster);

/** The lifecycle, and its way to approval to be closed at the end. */
export function makeLifecycle(
  config: PolicyConfig,
  policies: PolicyStore,
  { roster, log }: { readonly roster: () => CheckedRoster | null; readonly log: Logger },
): { lifecycle: Lifecycle; approval: InternalClient } {
  const { approvalUrls, tokenIssuer: issuer, secretsDir, internalToken: token } = config;
  const { sharedPoliciesTenant: sharedTenant, activationFloor: floor } = config;
  const approval = new InternalClient({ urls: approvalUrls, token, log });
  const redemptions = new Redemptions({ approvalUrls, issuer, keyOf: keyReader(secretsDir), approval });
  const lifecycle = new Lifecycle({ policies, redemptions, roster, sharedTenant, floor, log });
  return { lifecycle, approval };
}
