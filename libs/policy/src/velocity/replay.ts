import type { PolicyAction } from '../action.js';
import type { CompiledPolicy } from '../compiled.js';
import type { Actor, PlacedEntry } from './entries.js';
import { entriesOf } from './entries.js';
import type { WindowFoldOptions } from './window-fold.js';
import { WindowFold } from './window-fold.js';
import type { Counted, CountedWindows } from './counted.js';

/** An action of the past. */
export interface PastAction extends Actor {
  /** Log time of the proposal, UTC epoch milliseconds. */
  readonly at_ms: number;
  readonly action: PolicyAction;
  /** What its decision recorded (`recordedWindows`); null without one. */
  readonly recorded: CountedWindows | null;
}

interface Step {
  readonly index: number;
  readonly entry: PlacedEntry;
}

/** An entry stands where the log had it. One that the log never had stands where its action was proposed. */
function stepsOf(policies: readonly CompiledPolicy[], past: PastAction, index: number): Step[] {
  return entriesOf(policies, past, past.action).map((entry) => {
    const { at_ms, offset } = past.recorded?.[entry.window] ?? { at_ms: past.at_ms, offset: -1 };
    return { index, entry: { ...entry, at_ms, offset } };
  });
}

const inLogOrder = (a: Step, b: Step): number =>
  a.entry.at_ms - b.entry.at_ms || a.entry.offset - b.entry.offset || a.index - b.index;

/**
 * Counts the windows of these policies over actions of the past, in the order of their proposals, with the code that
 * counts live. Where the decision recorded when its entry stood in the log, the numbers equal the recorded ones.
 * @param options `sinceMs`: the time from which the list is complete; windows that begin before it are unknown
 * @returns for each action what its windows held
 */
export function recount(
  policies: readonly CompiledPolicy[],
  history: readonly PastAction[],
  options: WindowFoldOptions = {},
): CountedWindows[] {
  const fold = new WindowFold(options);
  const steps = history.flatMap((past, index) => stepsOf(policies, past, index)).sort(inLogOrder);
  const counted = history.map((): Record<string, Counted> => ({}));
  for (const { index, entry } of steps) counted[index]![entry.window] = fold.enter(entry);
  return counted;
}

/**
 * The windows of actions of the past: as recorded where the declaration was the same, else counted anew.
 * @param options as `recount`
 */
export function pastWindows(
  policies: readonly CompiledPolicy[],
  history: readonly PastAction[],
  options: WindowFoldOptions = {},
): CountedWindows[] {
  return recount(policies, history, options).map((counted, index) => ({ ...counted, ...history[index]?.recorded }));
}
