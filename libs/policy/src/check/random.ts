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

function anyMoney(slot: Slot, random: Random): JsonValue | undefined {
  const amounts = slot.values.flatMap(({ raw }) => {
    const money = raw as { value?: string; currency?: string } | undefined;
    return typeof money?.value === 'string' && typeof money.currency === 'string'
      ? [money as { value: string; currency: string }]
      : [];
  });
  const [first] = amounts;
  if (first === undefined) return undefined;
  const decimals = first.value.split('.')[1]?.length ?? 0;
  const value = anyNumber([...amounts.map((amount) => Number(amount.value)), 0.5], random);
  return { value: value.toFixed(decimals), currency: first.currency };
}

function anyValue(slot: Slot, random: Random): JsonValue | undefined {
  const chosen = slot.values[Math.floor(random() * slot.values.length)]?.raw;
  if (random() < 0.5 || slot.facts.length > 1) return chosen;
  const numbers = slot.values.flatMap(({ raw }) => (typeof raw === 'number' ? [raw] : []));
  return numbers.length > 1 ? anyNumber(numbers, random) : (anyMoney(slot, random) ?? chosen);
}

/** A random action of a type: half its values from those that matter, half from anywhere. */
export const anyAction = (type: string, space: Space, random: Random): PolicyAction =>
  actionWith(
    type,
    space.slots.map((slot) => [slot, anyValue(slot, random)] as const),
  );
