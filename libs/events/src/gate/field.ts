/** What one more, or one entry more, does to a gate: it asks for more, for less, or neither. */
export type Effect = 'stricter' | 'looser' | null;

/** One field of a gate: what it is, how two of them compare, and what holds where two gates bind together. */
export interface GateField<T> {
  readonly shape: 'name' | 'word' | 'flag' | 'count' | 'seconds' | 'share' | 'list' | 'times' | 'parts';
  /** What it is called where people read of it. */
  readonly words: string;
  /** What a higher value or a further entry does. */
  readonly more: Effect;
  /**
   * Whether a gate with the first value asks for all that one with the second asks for. null: the field is no demand of its
   * own, so it keeps no gate apart from another one.
   */
  readonly implies: ((one: T, other: T) => boolean) | null;
  /** What holds where both bind; `together`: it follows from both gates as a whole, see `mergeShapes` and `mergeGates`. */
  readonly merge: ((one: T, other: T) => T) | 'together';
}

type Row<T> = GateField<T>;
type Number = number | null;

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
export const isWithin = <T>(some: readonly T[], all: readonly T[]): boolean => some.every((one) => all.includes(one));

/** The larger one; none is less than any. */
const larger = (a: Number, b: Number): Number => (a === null ? b : b === null ? a : Math.max(a, b));

const hasAtLeast = (a: Number, b: Number): boolean => larger(a, b) === a;

/** A number of which more asks for more; none asks for nothing. */
export const demand = <T extends Number>(shape: 'count' | 'seconds' | 'share', words: string): Row<T> => ({
  ...{ shape, words, more: 'stricter' },
  ...{ implies: hasAtLeast, merge: (a: T, b: T) => larger(a, b) as T },
});

/** As a demand, but no gate is kept apart for it. */
export const dial = <T extends Number>(shape: 'count' | 'seconds' | 'share', words: string): Row<T> => ({
  ...demand<T>(shape, words),
  implies: null,
});

/** How much somebody is left: the least of both holds, and where one of them leaves nothing, both do. */
export const leave = <T extends Number>(
  shape: 'count' | 'seconds',
  words: string,
  more: Effect = 'looser',
): Row<T> => ({
  ...{ shape, words, more, implies: null },
  merge: (a: T, b: T) => (a === null || b === null ? null : Math.min(a, b)) as T,
});

/** One of some words that ask for more and more, in this order; a word that is not among them asks for the least. */
export const ranked = (words: string, order: readonly string[]): Row<string> => ({
  ...{ shape: 'word', words, more: 'stricter' },
  implies: (a, b) => order.indexOf(a) >= order.indexOf(b),
  merge: (a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a),
});

export const flag = (words: string): Row<boolean> => ({
  ...{ shape: 'flag', words, more: 'stricter' },
  ...{ implies: (a, b) => a || !b, merge: (a, b) => a || b },
});

/** A list of which every entry asks for something. */
export const demands = (words: string): Row<readonly string[]> => ({
  ...{ shape: 'list', words, more: 'stricter' },
  ...{ implies: (a, b) => isWithin(b, a), merge: (a, b) => unique([...a, ...b]) },
});

/** A list of which every entry permits something: what both permit is permitted. */
export const permits = (words: string): Row<readonly string[]> => ({
  ...{ shape: 'list', words, more: 'looser', implies: null },
  merge: (a, b) => a.filter((one) => b.includes(one)),
});

/** A list that only helps: both hold. */
export const offers = <T extends string>(words: string): Row<readonly T[]> => ({
  ...{ shape: 'list', words, more: null, implies: null },
  merge: (a, b) => unique([...a, ...b]),
});

/** Who must say yes: what holds follows from all fields of this kind together. */
export const together = <T>(shape: GateField<T>['shape'], words: string, more: Effect = null): Row<T> => ({
  ...{ shape, words, more },
  implies: null,
  merge: 'together',
});
