import { unreachableQuorums } from '@countersign/policy';
import type { CheckedRoster } from '@countersign/policy';
import { EVERY_TENANT } from '../lifecycle/subject.js';
import type { PolicyHistory } from '@countersign/policy';

/** A gate of an active policy that the people on the roster cannot open. */
export interface Unreachable {
  /** Tenant of the policy, `*` for one of all tenants. */
  readonly tenant: string;
  readonly policy: string;
  readonly version: number;
  /** null: the remark is about all of the policy's gates. */
  readonly gate: string | null;
  /** True: for no agent; false: for some. */
  readonly everywhere: boolean;
  readonly message: string;
}

/** The part of a roster that is about one tenant. */
export const rosterIn = ({ reviewers, agents = [], unknown = [] }: CheckedRoster, tenant: string): CheckedRoster => ({
  reviewers: reviewers.filter((one) => one.tenant === tenant),
  agents: agents.filter((one) => one.tenant === tenant),
  unknown: unknown.filter((one) => one === tenant),
});

/** What the active policies ask of people who are not there; empty where who there is is not known. */
export function unreachableGates(history: PolicyHistory, roster: CheckedRoster | null): Unreachable[] {
  if (roster === null) return [];
  const isKnown = (tenant: string): boolean =>
    tenant === EVERY_TENANT || roster.reviewers.some((one) => one.tenant === tenant);
  const active = history.activeAt(Infinity).filter(({ policy }) => isKnown(policy.tenant));
  return active.flatMap(({ policy, version }) =>
    unreachableQuorums(policy, roster)
      .filter(({ severity }) => severity !== 'info')
      .map(({ severity, message, path }) => ({
        ...{ tenant: policy.tenant, policy: policy.name, version, gate: path[1] ?? null },
        ...{ everywhere: severity === 'error', message },
      })),
  );
}
