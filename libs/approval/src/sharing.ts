import type { ActionDecided, Gate, ShadowVerdict } from '@countersign/events';

// Beyond this many different values nothing more is shared: a caller who varies them all cannot fill the map.
const MAX_SHARED = 10_000;

/** Values seen before. One map for each kind, so that a text can never stand for a list. */
export interface Shared {
  readonly texts: Map<string, string>;
  readonly lists: Map<string, readonly string[]>;
  readonly gates: Map<string, Gate>;
  readonly shadows: Map<string, readonly ShadowVerdict[]>;
}

export const createShared = (): Shared => ({
  texts: new Map(),
  lists: new Map(),
  gates: new Map(),
  shadows: new Map(),
});

/** The decision with the texts and the gate that many decisions have in common kept once for all of them. */
export function sharing(shared: Shared, decided: ActionDecided): ActionDecided {
  const text = <T extends string | null>(value: T): T | string =>
    value === null ? value : once(shared.texts, value, value);
  const gate = (value: Gate | null): Gate | null =>
    value === null ? null : once(shared.gates, JSON.stringify(value), value);
  return Object.assign(
    { ...decided },
    {
      tenant: text(decided.tenant),
      agent_id: text(decided.agent_id),
      action_type: text(decided.action_type),
      environment: text(decided.environment),
      agent_version: text(decided.agent_version),
      model_id: text(decided.model_id),
      policy_name: text(decided.policy_name),
      rule: text(decided.rule),
      impact: text(decided.impact),
      reversibility: text(decided.reversibility),
      regulatory_pressure: text(decided.regulatory_pressure),
      operators: once(shared.lists, JSON.stringify(decided.operators), decided.operators),
      unknown: once(shared.lists, JSON.stringify(decided.unknown), decided.unknown),
      gate: gate(decided.gate),
      advisory_gate: gate(decided.advisory_gate),
      audit_gate: gate(decided.audit_gate),
      break_glass_gate: gate(decided.break_glass_gate),
      segment: text(decided.segment),
      unproven: text(decided.unproven),
      draw_key_id: text(decided.draw_key_id),
      shadows: once(shared.shadows, JSON.stringify(decided.shadows), decided.shadows),
    },
  );
}

function once<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found === undefined && known.size < MAX_SHARED) known.set(key, value);
  return found ?? value;
}
