import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import type { Slot } from './slots.js';
import { actionWith } from './slots.js';
import type { Space } from './space.js';

/** Numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** A generator that gives the same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Some number anywhere in the range of the slot's values, not only one that the search chose. */
function anyNumber(values: readonly number[], random: Random): number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const between = low + (high - low) * random();
  return values.every(Number.isInteger) ? Math.round(between) : Number(between.toFixed(4));
}

type Money = { value: string; currency: string };

const isMoney = (raw: JsonValue): raw is Money => typeof raw === 'object' && raw !== null && 'currency' in raw;

function anyMoney(amounts: readonly Money[], { value, currency }: Money, random: Random): Money {
  const decimals = value.split('.')[1]?.length ?? 0;
  const known = amounts.filter((one) => one.currency === currency).map((one) => Number(one.value));
  return { value: anyNumber([...known, 0.5], random).toFixed(decimals), currency };
}

/** Values of every slot, so that facts that are compared with each other meet. */
type Known = readonly JsonValue[];

/** Something of the same kind as a value, from anywhere. */
function anythingLike(raw: JsonValue, own: readonly number[], known: Known, random: Random): JsonValue {
  if (typeof raw === 'number' && own.length > 1) return anyNumber(own, random);
  if (!isMoney(raw)) return raw;
  const amounts = known.filter(isMoney);
  const same = amounts[Math.floor(random() * amounts.length)];
  const isCopy = random() < 0.2 && same?.currency === raw.currency;
  return { ...(isCopy ? same : anyMoney(amounts, raw, random)) };
}

function anyValue(slot: Slot, known: Known, random: Random): JsonValue | undefined {
  const chosen = slot.values[Math.floor(random() * slot.values.length)]?.raw;
  if (chosen === undefined || random() < 0.5 || slot.facts.length > 1) return chosen;
  const own = slot.values.flatMap(({ raw }) => (typeof raw === 'number' ? [raw] : []));
  return anythingLike(chosen, own, known, random);
}

/** A random action of a type: half its values from those that matter, half from anywhere. */
export function anyAction(type: string, { slots }: Space, random: Random): PolicyAction {
  const known = slots.flatMap(({ values }) => values.flatMap(({ raw }) => raw ?? []));
  return actionWith(
    type,
    slots.map((slot) => [slot, anyValue(slot, known, random)] as const),
  );
}
