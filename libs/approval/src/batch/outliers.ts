import type { JsonValue } from '@countersign/canonical';
import { hiddenAt } from './hidden-characters.js';
import { leavesOf, listedOf } from './members.js';
import type { Leaves } from './members.js';
import { farness, integersOf } from './spread.js';

export type OutlierReason =
  | 'denied_before'
  | 'changed'
  | 'hidden_characters'
  | 'anomaly'
  | 'size'
  | 'low_confidence'
  | 'amount'
  | 'number'
  | 'novelty';

/** Why a request has to be opened by itself, and where: an RFC 6901 pointer into what its row shows. */
export interface Outlier {
  readonly reason: OutlierReason;
  readonly at: string;
}

/** One request as its group is judged. */
export interface Candidate {
  readonly request_id: string;
  /** Reviewers have changed it. */
  readonly changed: boolean;
  /** People denied the like before. */
  readonly denied: boolean;
  readonly confidence: number | null;
  /** Somebody stated the signal `anomaly`. */
  readonly anomaly: boolean;
  /** What the members of a group are compared by. */
  readonly compared: JsonValue;
  /** All that its row shows. */
  readonly shown: JsonValue;
}

/** With fewer nothing can be said about which one is unlike the others. */
export const SMALLEST_GROUP = 3;
/** What is longer is not read in a row of a table. */
const MAX_CHARACTERS = 8_192;
const MAX_MEMBERS = 500;
const LEAST_CONFIDENCE = 0.5;
const CONFIDENCE_UNIT = 1_000_000;

interface Judged {
  readonly candidate: Candidate;
  readonly leaves: Leaves;
  readonly listed: ReadonlySet<string>;
  readonly found: Outlier[];
}

/**
 * The requests of a group that are unlike the others, with the reasons; all others may be decided together.
 * A function of its argument alone, whatever the order. Formulas: docs/reviewing.md.
 */
export function outliersOf(group: readonly Candidate[]): ReadonlyMap<string, readonly Outlier[]> {
  const all = group.map(judgedOf);
  // What cannot be compared has no say in what is usual.
  const usual = all.filter(({ found }) => !found.some(({ reason }) => reason === 'size'));
  judgeConfidence(usual);
  judgeMembers(usual);
  judgeListed(usual);
  return new Map(
    all.filter(({ found }) => found.length > 0).map(({ candidate, found }) => [candidate.request_id, found]),
  );
}

function judgedOf(candidate: Candidate): Judged {
  const { shown, compared, changed, denied, anomaly } = candidate;
  const leaves = leavesOf(compared);
  const hidden = hiddenAt(shown);
  const isLarge = leaves.size > MAX_MEMBERS || JSON.stringify(shown).length > MAX_CHARACTERS;
  const found: Outlier[] = [
    ...(denied ? [{ reason: 'denied_before', at: '' } as const] : []),
    ...(isLarge ? [{ reason: 'size', at: '' } as const] : []),
    ...(changed ? [{ reason: 'changed', at: '/parameters' } as const] : []),
    ...(hidden === null ? [] : [{ reason: 'hidden_characters', at: hidden } as const]),
    ...(anomaly ? [{ reason: 'anomaly', at: '/signals' } as const] : []),
  ];
  return { candidate, leaves, listed: isLarge ? new Set() : listedOf(compared), found };
}

/** Absent is low where at least half of the group state one. */
function judgeConfidence(group: readonly Judged[]): void {
  const stated = group.flatMap(({ candidate }) =>
    candidate.confidence === null ? [] : [unitsOf(candidate.confidence)],
  );
  const far = farness(stated);
  for (const { candidate, found } of group) {
    const { confidence } = candidate;
    const isLow =
      confidence === null
        ? stated.length > 0 && stated.length * 2 >= group.length
        : confidence < LEAST_CONFIDENCE || far(unitsOf(confidence)) < 0;
    if (isLow) found.push({ reason: 'low_confidence', at: '/confidence' });
  }
}

const unitsOf = (confidence: number): bigint => BigInt(Math.round(confidence * CONFIDENCE_UNIT));

/** What two thirds of the group share, all members of a batch share: that a member is there, its kind, its text. */
function judgeMembers(group: readonly Judged[]): void {
  const pointers = new Set(group.flatMap(({ leaves }) => [...leaves.keys()]));
  for (const at of [...pointers].sort()) {
    const kindOf = ({ leaves }: Judged): string => leaves.get(at)?.kind ?? 'absent';
    const textOf = ({ leaves }: Judged): string | null => textAt(leaves, at);
    eject(at, unlike(group, kindOf));
    eject(at, unlike(group, textOf));
    judgeSizes(group, at);
  }
}

function textAt(leaves: Leaves, at: string): string | null {
  const value = leaves.get(at)?.value;
  return typeof value === 'string' || typeof value === 'boolean' ? JSON.stringify(value) : null;
}

/** What is in lists of some: fewer is nothing new. */
function judgeListed(group: readonly Judged[]): void {
  const pointers = new Set(group.flatMap(({ listed }) => [...listed]));
  for (const at of [...pointers].sort()) {
    const having = group.filter(({ listed }) => listed.has(at));
    if ((group.length - having.length) * 3 >= group.length * 2) eject(at, having);
  }
}

/** Those whose value is another one than that of at least two thirds; null is no value. */
function unlike(group: readonly Judged[], valueOf: (one: Judged) => string | null): Judged[] {
  const counts = new Map<string, number>();
  for (const one of group) {
    const value = valueOf(one);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const usual = [...counts].find(([, count]) => count * 3 >= group.length * 2);
  return usual === undefined ? [] : group.filter((one) => valueOf(one) !== null && valueOf(one) !== usual[0]);
}

function eject(at: string, ones: readonly Judged[]): void {
  for (const { found } of ones)
    if (!found.some((known) => known.reason === 'novelty' && known.at === at)) found.push({ reason: 'novelty', at });
}

/** Amounts and numbers of one kind, against each other. Whole numbers up to 5 apart are never far. */
function judgeSizes(group: readonly Judged[], at: string): void {
  const kinds = new Set(group.map(({ leaves }) => leaves.get(at)?.kind));
  for (const kind of kinds) {
    const same = group.filter(({ leaves }) => leaves.get(at)?.kind === kind);
    const decimals = same.map(({ leaves }) => leaves.get(at)?.decimal ?? null);
    if (kind === undefined || decimals.includes(null)) continue;
    const isMoney = kind.startsWith('money');
    const { values, unit } = integersOf(decimals as string[]);
    const far = farness(values, isMoney || unit !== 1n ? 0n : 1n);
    same.forEach(({ found }, index) => {
      if (far(values[index] ?? 0n) !== 0) found.push({ reason: isMoney ? 'amount' : 'number', at });
    });
  }
}
