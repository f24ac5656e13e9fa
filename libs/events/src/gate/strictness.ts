import type { Gate } from '../generated/types.js';
import { REASONS } from './fields.js';
import { dutiesIn, fewestPeople, shapesOf } from './shape.js';

/** One digit of the ranking: what it counts, and how many values it can take. */
interface Digit {
  readonly of: (gate: Gate) => number;
  readonly base: number;
}

const MAX_PARTS = 99;
/** Separate duties of one gate; gates that bind together do not add up, so that each of them ranks no higher than all. */
const dutiesOf = (gate: Gate): number => Math.max(...shapesOf(gate).map(dutiesIn));

const isAsked = (asks: (gate: Gate) => boolean): Digit => ({ of: (gate) => Number(asks(gate)), base: 2 });

/** What counts after the number of people, the weightiest first. */
const DIGITS: readonly Digit[] = [
  { of: ({ reason }) => Math.max(0, REASONS.indexOf(reason)), base: REASONS.length },
  { of: (gate) => Math.min(MAX_PARTS, dutiesOf(gate)), base: MAX_PARTS + 1 },
  isAsked((gate) => shapesOf(gate).some(({ stages }) => stages.length > 0)),
  isAsked(({ hold }) => hold),
  isAsked(({ evidence }) => evidence.length > 0),
  isAsked(({ min_dwell_s }) => min_dwell_s !== null),
  isAsked(({ break_glass_s }) => break_glass_s === null),
  isAsked(({ permit }) => permit.length === 0),
];

/**
 * How much a gate asks of people, above 0: the fewest who can satisfy it count first, then the wider duty to give a
 * reason, then separate duties and their order, then a release that is waited for, evidence, time to read, no glass to
 * break, and no exception from separation of duties. Policy and approval rank gates by this one function.
 */
export const gateStrictness = (gate: Gate): number =>
  DIGITS.reduce((sum, { of, base }) => sum * base + of(gate), fewestPeople(gate));
