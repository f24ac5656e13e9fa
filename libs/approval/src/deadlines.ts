import type { Turn } from './facts.js';
import { about, publish } from './facts.js';
import { resolve } from './resolve.js';
import type { ActionState, Deadline, PartitionState, PausableClock } from './state.js';

/** Puts the end of the action's clock on the heap. Deadlines that no longer hold are dropped when they come up. */
export function schedule(
  state: PartitionState,
  action: ActionState,
  what: 'expire' | 'lapse',
  clock: PausableClock,
): void {
  // Nothing outlives the memory of its action: whatever is still open then, ends then.
  clock.expires_at = Math.min(clock.expires_at, action.forget_at);
  if (clock.paused_at === null) state.deadlines.push({ at: clock.expires_at, what, action });
}

/** Settles every deadline up to the log time, in the order of (deadline, action). */
export function settle(turn: Turn): void {
  const { deadlines } = turn.state;
  for (let next = deadlines.peek(); next !== undefined && next.at <= turn.now; next = deadlines.peek()) {
    deadlines.pop();
    SETTLE[next.what](turn, next);
  }
}

const SETTLE: Readonly<Record<Deadline['what'], (turn: Turn, deadline: Deadline) => void>> = {
  expire: (turn, { action, at }) => {
    if (isDue(action.request, at)) expire(turn, action, at);
  },
  lapse: (turn, { action, at }) => {
    if (isDue(action.grant, at)) lapse(turn, action, at);
  },
  forget,
};

/**
 * The next deadline that still holds, UTC epoch milliseconds, or null. Entries on top that no longer hold are dropped:
 * settling them would change nothing.
 */
export function nextDeadline({ deadlines }: PartitionState): number | null {
  for (let next = deadlines.peek(); next !== undefined; next = deadlines.peek()) {
    if (holds(next)) return next.at;
    deadlines.pop();
  }
  return null;
}

function holds({ what, action, at }: Deadline): boolean {
  if (what === 'forget') return true;
  if (what === 'expire') return action.request?.status === 'pending' && isDue(action.request, at);
  return action.grant?.status === 'issued' && isDue(action.grant, at);
}

const isDue = (clock: PausableClock | null, at: number): boolean =>
  clock !== null && clock.paused_at === null && clock.expires_at === at;

function expire(turn: Turn, action: ActionState, at: number): void {
  if (action.request?.status === 'pending')
    resolve(turn, action, { status: 'expired', resolved_by: 'clock', vote: null, resolved_at: at });
}

function lapse(turn: Turn, action: ActionState, at: number): void {
  const { grant, decided } = action;
  if (grant?.status !== 'issued') return;
  grant.status = 'lapsed';
  publish(turn, 'GrantLapsed', action, () => about(action, { grant_id: decided.grant_id, lapsed_at: at }));
}

function forget(turn: Turn, { action, at }: Deadline): void {
  expire(turn, action, at);
  lapse(turn, action, at);
  const { actions, requests, grants } = turn.state;
  const { action_id, request_id, grant_id } = action.decided;
  actions.delete(action_id);
  requests.delete(request_id);
  grants.delete(grant_id);
}
