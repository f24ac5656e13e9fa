import { mergeGates } from '@countersign/events';
import type { Decision } from './decision.js';
import type { PolicyVersion } from './policy-version.js';
import type { TrailEntry } from './trail.js';
import { TWO_AUDIENCES } from './weigh.js';

/** One policy's decision of an action. */
export interface Voice {
  readonly speaker: PolicyVersion;
  readonly decision: Decision;
}

const entryOf = ({ rule, policy_name, policy_version, gate }: Decision): TrailEntry => ({
  ...{
    rule: rule ?? 'matrix',
    condition: `policy ${policy_name}@${policy_version} binds too`,
    result: true,
    values: {},
  },
  ...(gate === null ? {} : { gate: gate.name }),
});

/** Nobody could satisfy both: the action does not run. */
const denied = (decision: Decision, trail: readonly TrailEntry[]): Decision => {
  const { name: rule, explanation } = TWO_AUDIENCES;
  const said = { rule, condition: 'otherwise', result: true, values: {}, ...(explanation && { explanation }) };
  const nothing = {
    gate: null,
    break_glass_gate: null,
    audit_gate: null,
    sample_probability: null,
    blind_review: false,
  };
  const verdict = { policy_decision: 'deny', effective_decision: 'deny', rule } as const;
  return { ...decision, ...verdict, ...nothing, trail: [...trail, said] };
};

/** A decision beside which another policy's binds: where both want people, both gates hold, and what is unknown to either. */
export function withVoice(decision: Decision, { decision: other }: Voice): Decision {
  if (decision.gate === null || other.gate === null || decision.effective_decision !== 'require_approval')
    return decision;
  const gate = mergeGates(decision.gate, other.gate);
  const trail = [...decision.trail, entryOf(other)];
  if (gate === null) return denied(decision, trail);
  const break_glass_gate = gate.break_glass_s === null ? null : decision.break_glass_gate;
  if (gate.name === decision.gate.name) return { ...decision, gate, break_glass_gate };
  const unknown = [...new Set([...decision.unknown, ...other.unknown])];
  return { ...decision, gate, trail, break_glass_gate, unknown };
}
