import { addDecimal, canonicalize, compareDecimal, currencyOf, parseMoney } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { tokensOf, valueAt } from '../pointer.js';
import type { AfterDeclaration, Derivation } from './after-document.js';

type JsonObject = { [member: string]: JsonValue };

/** What members of `after` are derived from. */
export interface States {
  readonly before: JsonObject;
  readonly parameters: JsonObject;
}

/** A member of `after` that follows from the states. */
export interface Derived {
  readonly member: string;
  readonly value: JsonValue;
}

/** An amount: plain, or money where a currency came with it. */
interface Amount {
  readonly value: string;
  readonly currency: string | null;
}

const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const MAX_DIGITS = 40;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (states: States, place: string): JsonValue | undefined =>
  valueAt(states, tokensOf(place)) as JsonValue | undefined;

function amountAt(states: States, place: string): Amount | null {
  const raw = at(states, place);
  if (typeof raw === 'string')
    return DECIMAL.test(raw) && raw.length <= MAX_DIGITS ? { value: raw, currency: null } : null;
  return parseMoney(raw ?? null);
}

const negated = (value: string): string => (value.startsWith('-') ? value.slice(1) : `-${value}`);

/** The sum in the form of the first amount; null when an amount cannot be read or a currency is another one. */
function sum(states: States, places: readonly string[], { subtract, currency }: Derivation): JsonValue | null {
  const amounts = places.map((place) => amountAt(states, place));
  if (!amounts.every((amount) => amount !== null)) return null;
  const said = currency === undefined ? null : (at(states, currency) ?? null);
  const stated = typeof said === 'string' ? currencyOf(said) : said;
  const known = [...new Set([stated, ...amounts.map((amount) => amount.currency)].filter((one) => one !== null))];
  const [only] = known;
  if (known.length > 1 || (only !== undefined && typeof only !== 'string')) return null;
  if (only !== undefined && amounts.some(({ value }) => parseMoney({ value, currency: only }) === null)) return null;
  const [first, ...others] = amounts.map(({ value }) => value);
  const total = others.reduce((left, right) => addDecimal(left, subtract ? negated(right) : right), first ?? '0');
  return amounts[0]?.currency ? { value: total, currency: amounts[0].currency } : total;
}

function merged(states: States, places: readonly string[]): JsonValue | null {
  const objects = places.map((place) => at(states, place));
  return objects.every(isObject) ? objects.reduce((whole, one) => ({ ...whole, ...one }), {}) : null;
}

function valueOf(derivation: Derivation, states: States): JsonValue | undefined {
  const { from, constant, add, subtract, merge } = derivation;
  if (constant !== undefined) return constant;
  if (from !== undefined) return at(states, from);
  if (merge !== undefined) return merged(states, merge) ?? undefined;
  return sum(states, add ?? subtract ?? [], derivation) ?? undefined;
}

/** The members that can be derived; one whose inputs are absent or not comparable is left out. Never throws. */
export const deriveMembers = (declaration: AfterDeclaration, states: States): Derived[] =>
  Object.entries(declaration).flatMap(([member, derivation]) => {
    const value = valueOf(derivation, states);
    return value === undefined ? [] : [{ member, value }];
  });

const STATED_DECIMAL = /^-?[0-9]+(\.[0-9]+)?$/;

/** Whether a stated value says the same: amounts by what they are worth, all else by its RFC 8785 text. */
export function saysTheSame(stated: JsonValue, derived: JsonValue): boolean {
  if (stated === derived) return true;
  if (typeof stated === 'string' && typeof derived === 'string' && DECIMAL.test(derived))
    return STATED_DECIMAL.test(stated) && compareDecimal(stated, derived) === 0;
  const [left, right] = [parseMoney(stated), parseMoney(derived)];
  if (left && right) return left.currency === right.currency && compareDecimal(left.value, right.value) === 0;
  return canonicalize(stated) === canonicalize(derived);
}

/**
 * The whole state after the action: `before` with every member that a declaration names. null where one cannot be derived,
 * or two declarations give it differently: half of a result would mislead those who decide on it. It may be many times as
 * large as the states, so its size is looked at before its text is made.
 */
export function derivedAfter(declared: readonly AfterDeclaration[], states: States): JsonObject | null {
  if (declared.length === 0) return null;
  const derived = declared.flatMap((one) => deriveMembers(one, states));
  const result = { ...states.before, ...Object.fromEntries(derived.map(({ member, value }) => [member, value])) };
  const members = new Set(declared.flatMap((one) => Object.keys(one)));
  const isWhole = [...members].every((member) => derived.some((one) => one.member === member));
  const isOne = derived.every(({ member, value }) => saysTheSame(result[member] ?? null, value));
  return isWhole && isOne ? result : null;
}
