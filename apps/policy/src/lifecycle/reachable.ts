import { evaluate, isReachable, policySetOf, withMode } from '@countersign/policy';
import type { CheckedRoster, PolicyAction, PolicyHistory, PolicySet, PolicyVersion } from '@countersign/policy';
import type { Reason } from './reason.js';
import { EVERY_TENANT } from './subject.js';
import type { Subject, WantedState } from './subject.js';

/** The action type that releases changes of policy. */
export const POLICY_CHANGE = 'policy_change';
const STATES = ['draft', 'shadow', 'active', 'retired'];
const MODES = [null, 'off', 'soft', 'shadow', 'partial', 'enforce'];

/** What decides after the change. */
export function setAfter(history: PolicyHistory, { line, record }: Subject, { state, mode }: WantedState): PolicySet {
  const { tenant, name } = record.published;
  const others = history.activeAt(Infinity).filter(({ policy }) => policy.tenant !== tenant || policy.name !== name);
  const activated = record.policy && { policy: withMode(record.policy, mode), version: record.version };
  const active = line.active();
  const stays = active !== null && active.version !== record.version ? line.speaker(active) : null;
  const own: PolicyVersion | null = state === 'active' ? activated : stays;
  return policySetOf(own === null ? others : [...others, own]);
}

/** Changes of policy as somebody might propose them later. */
function changesToCome(): PolicyAction[] {
  return STATES.flatMap((state) =>
    MODES.map((mode) => ({
      ...{ action_type: POLICY_CHANGE, environment: 'production', target: 'policy:any', on_behalf_of: null },
      ...{ agent_version: '', model_id: '', confidence: null, signals: null },
      parameters: { policy: 'any', version: 2, content_hash: 'sha256:', from_version: 1, state, mode },
      before: { version: 1 },
      after: { version: 2 },
    })),
  );
}

type People = CheckedRoster['reviewers'];

/** Who may answer, for each agent that might ask: its operators are left out. */
function circlesOf({ reviewers, agents = [] }: CheckedRoster, tenant: string): People[] {
  const people = reviewers.filter((one) => one.tenant === tenant);
  const asking = agents.filter((one) => one.tenant === tenant);
  if (asking.length === 0) return [people];
  return asking.map(({ operators }) => people.filter(({ subject }) => !operators.includes(subject)));
}

function fault(set: PolicySet, tenant: string, roster: CheckedRoster | null): Reason | null {
  const circles = roster === null || roster.unknown?.includes(tenant) ? null : circlesOf(roster, tenant);
  for (const action of changesToCome()) {
    const { effective_decision, gate, policy_name } = evaluate(set, tenant, action);
    const by = `for ${tenant}, by the policy ${policy_name}`;
    if (effective_decision === 'allow')
      return { code: 'policy_change_ungated', detail: `changes of policy would run without people ${by}` };
    if (effective_decision === 'deny')
      return { code: 'policy_change_unreachable', detail: `changes of policy would be denied for ever ${by}` };
    if (gate !== null && circles?.every((people) => !isReachable(gate, people)))
      return { code: 'policy_change_unreachable', detail: `nobody could open the gate ${gate.name} any more ${by}` };
  }
  return null;
}

/**
 * Why nobody could change policy any more after this change, or null. Said for each tenant of the roster.
 * @param roster null: who there is is not known, so only what the policies say is looked at
 */
export function unreachableAfter(set: PolicySet, owner: string, roster: CheckedRoster | null): Reason | null {
  const tenants = [...new Set(roster?.reviewers.map(({ tenant }) => tenant))];
  const affected = owner === EVERY_TENANT ? [...tenants, EVERY_TENANT] : [owner];
  for (const tenant of affected) {
    const reason = fault(set, tenant, tenant === EVERY_TENANT ? null : roster);
    if (reason !== null) return reason;
  }
  return null;
}
