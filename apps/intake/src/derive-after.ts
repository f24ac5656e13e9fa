import { addDecimal, compareDecimal, CountersignError, parseMoney } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { isJsonObject } from './action-body.js';
import type { JsonObject } from './action-body.js';

/** A member of `after` that follows from `before` and the parameters. */
interface Derived {
  readonly member: string;
  readonly value: string;
}

type Derivation = (before: JsonObject, parameters: JsonObject) => Derived | null;

/** Action types whose result can be computed; all others keep the agent's own `after`. */
const DERIVATIONS: Readonly<Record<string, Derivation>> = {
  /** A refund adds its amount to what was refunded before. */
  refund: (before, parameters) => {
    const amount = parseMoney(parameters['amount'] ?? null);
    if (!amount) return null;
    const refunded = parseMoney({ value: before['refunded'], currency: before['currency'] ?? amount.currency });
    if (!refunded || refunded.currency !== amount.currency) return null;
    return { member: 'refunded', value: addDecimal(refunded.value, amount.value) };
  },
};

export interface StatedAfter {
  readonly after: JsonValue;
  readonly stated_by: 'agent' | 'countersign';
}

/**
 * The state after the action: derived where the action type allows it and the agent is silent, else the agent's own.
 * @throws CountersignError `diff_contradicts_parameters` when the agent states another result than the parameters give
 */
export function resolveAfter(
  actionType: string,
  before: JsonValue,
  after: JsonValue,
  parameters: JsonObject,
): StatedAfter {
  const derive = Object.hasOwn(DERIVATIONS, actionType) ? DERIVATIONS[actionType] : undefined;
  const derived = derive && isJsonObject(before) ? derive(before, parameters) : null;
  if (!derived || !isJsonObject(before)) return { after, stated_by: 'agent' };
  if (after === null) return { after: { ...before, [derived.member]: derived.value }, stated_by: 'countersign' };
  if (!states(after, derived)) {
    const detail = `the parameters give ${derived.member} = ${derived.value}; state that, or leave \`after\` out`;
    throw new CountersignError('diff_contradicts_parameters', detail, { pointer: `/after/${derived.member}` });
  }
  return { after, stated_by: 'agent' };
}

function states(after: JsonValue, { member, value }: Derived): boolean {
  const stated = isJsonObject(after) && Object.hasOwn(after, member) ? after[member] : null;
  return typeof stated === 'string' && /^-?[0-9]+(\.[0-9]+)?$/.test(stated) && compareDecimal(stated, value) === 0;
}
