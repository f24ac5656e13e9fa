import type { Handled } from './port.js';

export type SliceResult = Handled | { kind: 'fault'; error: Error };

/** What becomes of a slice: its first `done` records count as handled; then it is over, rests, or stops for good. */
export type SlicePlan =
  | { readonly done: number; readonly then: 'go_on' }
  | { readonly done: number; readonly then: 'rest'; readonly reason: string }
  | { readonly done: number; readonly then: 'stop'; readonly error: Error };

/** The offset stops before the first record that is not settled; later ones of the slice come again. */
export function planSlice(results: readonly SliceResult[]): SlicePlan {
  const done = results.findIndex(({ kind }) => kind === 'retry' || kind === 'fault');
  const first = results[done];
  if (first?.kind === 'fault') return { done, then: 'stop', error: first.error };
  if (first?.kind === 'retry') return { done, then: 'rest', reason: first.reason };
  return { done: results.length, then: 'go_on' };
}
