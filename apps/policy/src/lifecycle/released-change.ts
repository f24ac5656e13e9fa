import { digestOfAction } from '@countersign/sdk';
import { changeFacts } from './change-document.js';
import type { ChangeFacts } from './redemption.js';
import { claimsIn } from './redemption.js';
import type { ActivateRequest } from './requests.js';
import type { Subject } from './subject.js';

/** The change that a token releases, and the version that was active when it was proposed. */
export interface ReleasedChange {
  readonly facts: ChangeFacts & { readonly parameters: ReturnType<typeof changeFacts>['parameters'] };
  readonly from_version: number | null;
}

/**
 * The facts that give the token's digest. Which version was active at the proposal is not in the call, and may have
 * changed since; with none that fits, the facts of now, which the verification then refuses.
 */
export function releasedChange(subject: Subject, request: ActivateRequest, tenant: string): ReleasedChange {
  const now = { ...changeFacts(subject, request), tenant };
  const { sub: agent_id, digest } = claimsIn(request.token);
  const versions = [now.parameters.from_version, null, ...subject.line.versions.map(({ version }) => version)];
  const candidates = versions.map((from_version) => ({
    facts: { ...now, parameters: { ...now.parameters, from_version } },
    from_version,
  }));
  const found = candidates.find(({ facts }) => digestOfAction({ ...facts, agent_id }) === digest);
  return found ?? { facts: now, from_version: now.parameters.from_version };
}
