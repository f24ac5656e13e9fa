import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import type { CompiledPolicy } from '../compiled.js';
import { cellIndex, LEVELS } from '../compiled.js';
import type { Decision } from '../decision.js';
import type { Want } from './case-document.js';

type Levels = readonly string[];

/** What the matrix says at the levels of the decision. */
function cellOf(decision: Decision, action: PolicyAction, policies: readonly CompiledPolicy[]): string | null {
  const { policy_name, impact, reversibility, regulatory_pressure } = decision;
  const cells = policies.find(({ name }) => name === policy_name)?.types.get(action.action_type)?.cells;
  if (!cells || impact === null || reversibility === null || regulatory_pressure === null) return null;
  const at = (levels: Levels, level: string): number => levels.indexOf(level);
  const pressure = at(LEVELS.regulatory_pressure, regulatory_pressure);
  return (
    cells[cellIndex(at(LEVELS.impact, impact), at(LEVELS.reversibility, reversibility), pressure)]?.approval ?? null
  );
}

function gateFields({ gate }: Decision): Partial<Record<keyof Want, JsonValue>> {
  if (gate === null) return { gate: null };
  const { name, pattern, quorum, reason, reason_min_length, hold, min_dwell_s, review_rate, assign } = gate;
  const { respond_s, expire_s, escalate_s, grant_ttl_s, token_audience } = gate;
  const lists = { roles: [...gate.roles], people: [...gate.people], escalate_roles: [...gate.escalate_roles] };
  const more = { evidence: [...gate.evidence], batch_fields: [...gate.batch_fields] };
  return {
    ...{ gate: name, pattern, quorum, reason, reason_min_length, hold, min_dwell_s, review_rate, assign },
    ...{ respond_s, expire_s, escalate_s, grant_ttl_s, token_audience, ...lists, ...more },
  };
}

/** A decision under the names that cases use. */
export function seenOf(
  decision: Decision,
  action: PolicyAction,
  policies: readonly CompiledPolicy[],
): Partial<Record<keyof Want, JsonValue>> {
  const { mode, bypass, rule, unknown, impact, reversibility, regulatory_pressure } = decision;
  return {
    policy: decision.policy_name,
    decision: decision.policy_decision,
    effective: decision.effective_decision,
    ...{ mode, bypass, rule, unknown: [...unknown], impact, reversibility, regulatory_pressure },
    ...gateFields(decision),
    cell: cellOf(decision, action, policies),
    explains: decision.trail.at(-1)?.explanation ?? null,
    advisory_gate: decision.advisory_gate?.name ?? null,
    audit_gate: decision.audit_gate?.name ?? null,
    segment: decision.segment,
    unproven: decision.unproven,
  };
}
