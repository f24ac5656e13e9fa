import type { Ending } from './freeze.js';
import type { ActionState, PartitionState, PausableClock } from './state.js';

/** Puts the end of the action's clock on the heap. Deadlines that no longer hold are dropped when they come up. */
export function schedule(state: PartitionState, action: ActionState, what: Ending, clock: PausableClock): void {
  // Nothing outlives the memory of its action: whatever is still open then, ends then.
  clock.expires_at = Math.min(clock.expires_at, action.forget_at);
  if (clock.paused_at === null) state.deadlines.push({ at: clock.expires_at, what, action });
}
