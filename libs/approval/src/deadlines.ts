import { unlink } from './links.js';
import { isAlarmDue, ringAlarm } from './alarms.js';
import type { Turn } from './facts.js';
import { about, publish } from './facts.js';
import { isReleaseDue, lapseHold, release } from './hold.js';
import { resolve } from './resolve.js';
import { undoFor } from './undo.js';
import type { ActionState, Deadline, PartitionState, PausableClock, RequestState } from './state.js';

/** Settles every deadline up to the log time, in the order of (deadline, action). */
export function settle(turn: Turn): void {
  const { deadlines } = turn.state;
  for (let next = deadlines.peek(); next !== undefined && next.at <= turn.now; next = deadlines.peek()) {
    deadlines.pop();
    settleOne(turn, next);
  }
}

function settleOne(turn: Turn, deadline: Deadline): void {
  const undo = undoFor(turn.state, deadline.action);
  try {
    SETTLE[deadline.what](turn, deadline);
  } catch (fault) {
    undo();
    turn.faults.push(`the clock ${deadline.what} could not be settled (${(fault as Error).name})`);
  }
}

const SETTLE: Readonly<Record<Deadline['what'], (turn: Turn, deadline: Deadline) => void>> = {
  expire: (turn, { action, at }) => {
    if (isDue(action.request, at)) expire(turn, action, action.request, at);
  },
  expire_audit: (turn, { action, at }) => {
    if (isDue(action.audit, at)) expire(turn, action, action.audit, at);
  },
  alarm: (turn, { action, at }) => {
    if (isAlarmDue(action.request, at)) ringAlarm(turn, action, action.request, at);
  },
  alarm_audit: (turn, { action, at }) => {
    if (isAlarmDue(action.audit, at)) ringAlarm(turn, action, action.audit, at);
  },
  release: (turn, { action, at }) => {
    if (isReleaseDue(turn.state, action, at)) release(turn, action, { at, who: null, reason: null });
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
export function nextDeadline(state: PartitionState): number | null {
  const { deadlines } = state;
  for (let next = deadlines.peek(); next !== undefined; next = deadlines.peek()) {
    if (holds(state, next)) return next.at;
    deadlines.pop();
  }
  return null;
}

function holds(state: PartitionState, { what, action, at }: Deadline): boolean {
  if (what === 'forget') return true;
  if (what === 'expire') return action.request?.status === 'pending' && isDue(action.request, at);
  if (what === 'expire_audit') return action.audit?.status === 'pending' && isDue(action.audit, at);
  if (what === 'alarm') return isAlarmDue(action.request, at);
  if (what === 'alarm_audit') return isAlarmDue(action.audit, at);
  if (what === 'release') return isReleaseDue(state, action, at);
  return action.grant?.status === 'issued' && isDue(action.grant, at);
}

const isDue = (clock: PausableClock | null, at: number): boolean =>
  clock !== null && clock.paused_at === null && clock.expires_at === at;

function expire(turn: Turn, action: ActionState, request: RequestState | null, at: number): void {
  if (request?.status === 'pending')
    resolve(turn, action, request, { status: 'expired', resolved_by: 'clock', by: null, resolved_at: at });
}

function lapse(turn: Turn, action: ActionState, at: number): void {
  const { grant, decided } = action;
  if (grant?.status !== 'issued') return;
  grant.status = 'lapsed';
  publish(turn, 'GrantLapsed', action, () => about(action, { grant_id: decided.grant_id, lapsed_at: at }));
}

function forget(turn: Turn, { action, at }: Deadline): void {
  // One that could not be opened left its clock behind.
  if (turn.state.actions.get(action.decided.action_id) !== action) return;
  expire(turn, action, action.request, at);
  expire(turn, action, action.audit, at);
  lapseHold(turn, action, at);
  lapse(turn, action, at);
  const { actions, requests, grants } = turn.state;
  const { action_id, request_id, grant_id } = action.decided;
  actions.delete(action_id);
  unlink(turn.state, action);
  requests.delete(request_id);
  if (action.audit !== null) requests.delete(action.audit.request_id);
  grants.delete(grant_id);
}
