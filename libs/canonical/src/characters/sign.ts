/**
 * A place in a text that a reader cannot see, or reads as something else. `at` and `length` count UTF-16 units. What is
 * hidden is replaced by its sign; letters that look like others stay, with the sign behind them.
 */
export interface Sign {
  readonly at: number;
  readonly length: number;
  readonly says: string;
  readonly kind: 'hidden' | 'look_alike' | 'reordered';
}

/** `U+202E`, as Unicode writes code points. */
export const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
