/** What a change does to how much people are asked; null where words alone cannot tell. */
export type Effect = 'looser' | 'stricter' | null;

/** One difference between two versions, in words. */
export interface PolicyChange {
  /** What it is about, such as `rule small-and-sure`. */
  readonly subject: string;
  /** What became of it, such as `quorum falls from 2 to 1`. */
  readonly text: string;
  readonly effect: Effect;
}

/** `rule small-and-sure: limit rises from $100.00 to $250.00 (looser)` */
export const sentenceOf = ({ subject, text, effect }: PolicyChange): string =>
  `${subject}: ${text}${effect === null ? '' : ` (${effect})`}`;

/** Looser below 0, stricter above; null at 0 and for what is no number. */
export const effectOf = (difference: number): Effect =>
  difference < 0 ? 'looser' : difference > 0 ? 'stricter' : null;

export const opposite = (effect: Effect): Effect =>
  effect === null ? null : effect === 'looser' ? 'stricter' : 'looser';

export const moves = (from: number, to: number): string => (to > from ? 'rises' : 'falls');

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** Seconds as they are written in a policy: the largest unit that leaves no rest. */
export function durationText(seconds: number): string {
  const [unit, length] = UNITS.find(([, one]) => seconds % one === 0 && seconds >= one) ?? ['s', 1];
  return `${seconds / length}${unit}`;
}

/** A list as it is read out; `nobody`-like words for an empty one are the caller's. */
export const listText = (items: readonly string[]): string => items.join(', ');
