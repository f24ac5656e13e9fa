import type { Draws } from '@countersign/policy';

/** Where shares and samples are drawn from. */
export interface DrawSource {
  /** The draws of what was proposed at a log time, UTC epoch milliseconds; null: nothing can be drawn. */
  readonly at: (timeMs: number) => Draws | null;
  /** The draws that a recorded decision names by their key; null: that key is not there any more. */
  readonly named: (keyId: string) => Draws | null;
}

/** Nothing can be drawn: every share is enforced and nothing is sampled. */
export const NO_DRAWS: DrawSource = { at: () => null, named: () => null };

/** The draws with which a decision was made, to make it again; those of its time where it says nothing of them. */
export const drawsOf = (source: DrawSource, keyId: string | null, timeMs: number): Draws | null =>
  keyId === null ? source.at(timeMs) : source.named(keyId);
