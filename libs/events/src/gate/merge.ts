import type { Gate } from '../generated/types.js';
import type { GateField } from './field.js';
import { fieldNames, GATE_FIELDS, impliesField } from './fields.js';
import { impliesShape, mergeShapes } from './shape.js';
import { gateStrictness } from './strictness.js';

const BETWEEN = '+';

/**
 * True where whatever satisfies the first gate satisfies the second: its roles are the same or wider, it asks for no more
 * people, and it demands nothing of its own. How long things last is no such demand.
 */
export const impliesGate = (one: Gate, other: Gate): boolean =>
  impliesShape(one, other) && fieldNames.every((field) => impliesField(field, one, other));

/** Two gates that name different executors for one token: nobody could use it. */
export const haveTwoAudiences = ({ token_audience: one }: Gate, { token_audience: other }: Gate): boolean =>
  one !== null && other !== null && one !== other;

/** Names of the gates that bind together, each once. */
const nameOf = (one: Gate, other: Gate): string =>
  [...new Set([...one.name.split(BETWEEN), ...other.name.split(BETWEEN)])].join(BETWEEN);

function mergeField<F extends keyof Gate>(field: F, one: Gate, other: Gate): Pick<Gate, F> {
  const { merge }: GateField<Gate[F]> = GATE_FIELDS[field];
  const value = merge === 'together' ? one[field] : merge(one[field], other[field]);
  return { [field]: value } as Pick<Gate, F>;
}

function bothFields(one: Gate, other: Gate): Gate {
  const fields = fieldNames.map((field) => mergeField(field, one, other));
  return Object.assign({}, one, ...fields, mergeShapes(one, other)) as Gate;
}

/**
 * The gate that binds where both do. Where one implies the other it keeps its name and its shape, and only what is shorter
 * there becomes shorter; else it is called by both names and asks for all that either of them asks for.
 * @returns null where they name two audiences, which no token can have
 */
export function mergeGates(one: Gate, other: Gate): Gate | null {
  if (haveTwoAudiences(one, other)) return null;
  const merged = bothFields(one, other);
  const whole = impliesGate(one, other) ? one : impliesGate(other, one) ? other : null;
  return { ...merged, name: whole?.name ?? nameOf(one, other), pattern: whole?.pattern ?? merged.pattern };
}

/** True when the first gate asks for more: it ranks higher, or it ranks the same and asks for all of the other and more. */
export function isStricter(one: Gate, other: Gate): boolean {
  const [first, second] = [gateStrictness(one), gateStrictness(other)];
  return first > second || (first === second && impliesGate(one, other) && !impliesGate(other, one));
}
