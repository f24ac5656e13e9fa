import { gateStrictness, isStricter, mergeGates } from '@countersign/events';
import type { CompiledGate } from './gates.js';

type Merged = CompiledGate | null;

/** What was merged before: the same gates meet at every decision. */
const known = new WeakMap<CompiledGate, WeakMap<CompiledGate, Merged>>();

function merge(one: CompiledGate, other: CompiledGate): Merged {
  const usual = mergeGates(one.usual, other.usual);
  const urgent = mergeGates(one.urgent, other.urgent);
  if (usual === null || urgent === null) return null;
  const parts = [...new Set([...partsOf(one), ...partsOf(other)])];
  const diffRequired = one.diffRequired || other.diffRequired;
  const own = { diffRequired, sample: null, dwellPerKb: 0, calendar: null };
  return { name: usual.name, severity: gateStrictness(usual), ...own, parts, urgent, usual };
}

/** The gates that bind together, or the one gate. */
export const partsOf = (gate: CompiledGate): readonly CompiledGate[] => (gate.parts.length > 0 ? gate.parts : [gate]);

/** The gate that binds where both do; null where they name two audiences. See `mergeGates`. */
export function bothGates(one: CompiledGate, other: CompiledGate): Merged {
  if (one === other) return one;
  const others = known.get(one) ?? new WeakMap<CompiledGate, Merged>();
  known.set(one, others);
  const found = others.get(other);
  if (found !== undefined) return found;
  const merged = merge(one, other);
  others.set(other, merged);
  return merged;
}

/** True when the first gate asks for more than the second. */
export const asksMore = (one: CompiledGate, other: CompiledGate): boolean => isStricter(one.usual, other.usual);
