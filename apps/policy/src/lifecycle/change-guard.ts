import type { JsonValue } from '@countersign/canonical';
import type { Gate } from '@countersign/events';
import type { Decision, PolicyAction, PolicyHistory } from '@countersign/policy';
import type { ChangeSeal } from './change-seal.js';
import { POLICY_CHANGE } from './reachable.js';

/** A proposal as policies see it, and whose it is. */
export interface ProposedChange {
  readonly facts: PolicyAction;
  readonly tenant: string;
  /** Subjects who operate the agent that proposed it. */
  readonly operators: readonly string[];
}

const FORGED = 'change_not_stated';
const REMEDY = 'Submit what GET /v1/policies/{name}/versions/{version}/change gives, as it is.';

const NOTHING = { gate: null, advisory_gate: null, audit_gate: null, sample_probability: null, blind_review: false };

/** Whatever the rules say: what the policy service did not state itself is shown to nobody. */
const denied = (decision: Decision): Decision => ({
  ...decision,
  ...NOTHING,
  ...{ policy_decision: 'deny', effective_decision: 'deny', bypass: null, break_glass_gate: null, rule: FORGED },
  trail: [
    ...decision.trail,
    { rule: FORGED, condition: 'the seal fits the change', result: false, values: {}, explanation: REMEDY },
  ],
});

const member = (value: JsonValue, name: string): JsonValue | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;

/** Who wrote the version, who asked for the change, and who operates the agent that proposed it. */
function partiesTo({ tenant, operators, facts: { parameters } }: ProposedChange, history: PolicyHistory): string[] {
  const [name, version] = [member(parameters, 'policy'), member(parameters, 'version')];
  const record = history.find(tenant, String(name), Number(version));
  const proposer = member(parameters, 'proposed_by');
  const author = record?.published.author;
  return [author, proposer, ...operators].filter((one): one is string => typeof one === 'string' && one !== '');
}

const without = (gate: Gate, people: readonly string[]): Gate => ({
  ...gate,
  exclude: [...new Set([...gate.exclude, ...people])],
  permit: [],
});

/**
 * What holds of every change of policy, beside what the policies say of it: the service stated it, and nobody approves
 * what they wrote or proposed.
 */
export function guardChange(
  decision: Decision,
  change: ProposedChange,
  { history, seal }: { readonly history: PolicyHistory; readonly seal: ChangeSeal },
): Decision {
  const { facts, tenant } = change;
  if (facts.action_type !== POLICY_CHANGE || decision.effective_decision === 'deny') return decision;
  if (!seal.holds({ ...facts, tenant })) return denied(decision);
  if (decision.gate === null) return decision;
  return { ...decision, gate: without(decision.gate, partiesTo(change, history)) };
}
