import type { Gate, Quorum } from './generated/types.js';

type Shapes = Pick<Gate, 'quorum' | 'thresholds' | 'factors' | 'stages'>;

const REASONS = ['never', 'deny', 'always'];
const MAX_PARTS = 99;

// A count below 1 would ask for nobody: it asks for one.
const countOf = ({ count }: Quorum): number => Math.max(1, count);
const sumOf = (parts: readonly Quorum[]): number => parts.reduce((sum, part) => sum + countOf(part), 0);

/** The fewest distinct people who can satisfy a gate, 1 or more. */
export function fewestPeople({ quorum, thresholds, factors, stages }: Shapes): number {
  const any = thresholds.length === 0 ? 0 : Math.min(...thresholds.map(countOf));
  const shaped = Math.max(any, sumOf(factors), sumOf(stages));
  return shaped === 0 ? Math.max(1, quorum) : shaped;
}

/**
 * How much a gate asks of people, above 0: the fewest who can satisfy it count first, then the wider duty to give a
 * reason, then separate duties and their order, then a release that is waited for, evidence, time to read, no glass to
 * break, and no exception from separation of duties. Policy and approval rank gates by this one function.
 */
export function gateStrictness(gate: Gate): number {
  const { reason, factors, stages, hold, evidence, min_dwell_s, break_glass_s, permit } = gate;
  const parts = Math.min(MAX_PARTS, factors.length + stages.length);
  const duties = (fewestPeople(gate) * REASONS.length + REASONS.indexOf(reason)) * (MAX_PARTS + 1) + parts;
  const locks = [min_dwell_s !== null, break_glass_s === null, permit.length === 0];
  const more = [stages.length > 0, hold, evidence.length > 0, ...locks];
  return more.reduce((sum, asked) => sum * 2 + Number(asked), duties);
}
