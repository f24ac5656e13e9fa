import type { Turn } from './facts.js';
import { about, publish } from './facts.js';
import { isFrozen } from './freeze.js';
import { issueGrant } from './grant.js';
import type { ActionState, HoldState, PartitionState, RequestState } from './state.js';

/** How a held action leaves the queue, or stays in it for longer. */
export interface HoldChange {
  /** When, UTC epoch milliseconds of log time. */
  readonly at: number;
  /** The person who did it; null when the clock did. */
  readonly who: { readonly issuer: string; readonly subject: string } | null;
  readonly reason: string | null;
}

/**
 * Puts an approved action into the release queue. Of several times that approvers named the latest holds: nobody's
 * approval is used sooner than that person wanted.
 */
export function startHold(turn: Turn, action: ActionState): void {
  const times = (action.request?.votes ?? []).flatMap(({ counted, vote, release_at }) =>
    counted && vote !== 'deny' && release_at !== null ? [release_at] : [],
  );
  const release_at = times.length === 0 ? null : Math.max(...times);
  const { now } = turn;
  action.hold = { status: 'held', release_at, due_at: null, held_at: now, changed_at: now };
  changed(turn, action, action.hold, { at: now, who: null, reason: null });
  scheduleRelease(turn.state, action, now);
}

/** True when a grant that begins then could not live its whole life before the action is forgotten. */
export const tooLate = ({ forget_at }: ActionState, { gate }: RequestState, release_at: number | null): boolean =>
  release_at !== null && release_at + gate.grant_ttl_s * 1000 > forget_at;

/** Has the clock look at a held action when its time comes, not before `notBefore`. */
export function scheduleRelease(state: PartitionState, action: ActionState, notBefore: number): void {
  const { hold } = action;
  if (hold?.status !== 'held' || hold.release_at === null) return;
  hold.due_at = Math.max(hold.release_at, notBefore);
  state.deadlines.push({ at: hold.due_at, what: 'release', action });
}

/** While the action is frozen nothing leaves; the lift looks again. */
export const isReleaseDue = (state: PartitionState, action: ActionState, at: number): boolean =>
  action.hold?.status === 'held' && action.hold.due_at === at && !isFrozen(state, action);

/** Lets a held action go: its grant begins to live now. */
export function release(turn: Turn, action: ActionState, change: HoldChange): void {
  const { hold, request } = action;
  if (hold?.status !== 'held' || request === null) return;
  hold.status = 'released';
  changed(turn, action, hold, change);
  const { digest, gate } = request;
  issueGrant(turn, action, { authority: 'people', digest, ttl_s: gate.grant_ttl_s, issued_at: change.at });
}

/** Sets another time at which a held action goes by itself. */
export function reschedule(turn: Turn, action: ActionState, release_at: number, change: HoldChange): void {
  const { hold } = action;
  if (hold?.status !== 'held') return;
  hold.release_at = release_at;
  changed(turn, action, hold, change);
  scheduleRelease(turn.state, action, turn.now);
}

/** Takes an approved action back for good. */
export function recall(turn: Turn, action: ActionState, change: HoldChange): void {
  const { hold } = action;
  if (hold === null) return;
  hold.status = 'recalled';
  changed(turn, action, hold, change);
}

/** Ends a hold that nobody released for as long as the action is remembered. */
export function lapseHold(turn: Turn, action: ActionState, at: number): void {
  const { hold } = action;
  if (hold?.status !== 'held') return;
  hold.status = 'lapsed';
  changed(turn, action, hold, { at, who: null, reason: null });
}

function changed(turn: Turn, action: ActionState, hold: HoldState, { at, who, reason }: HoldChange): void {
  hold.changed_at = at;
  const { status, release_at } = hold;
  const person = { issuer: who?.issuer ?? null, reviewer_id: who?.subject ?? null, reason };
  publish(turn, 'HoldChanged', action, () =>
    about(action, { request_id: action.decided.request_id, status, release_at, ...person, changed_at: at }),
  );
}
