import { schedule } from './schedule.js';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { isFrozen } from './freeze.js';
import { quorumHolds } from './gate.js';
import { glassBroken } from './state.js';
import type { ActionState, GrantState, RequestState } from './state.js';

/** True when people stand behind what the request releases: its quorum, or the one person who broke the glass. */
export const isBacked = (action: Pick<ActionState, 'resolution'>, request: RequestState): boolean =>
  glassBroken(action) !== null || quorumHolds(request);

export interface NewGrant {
  readonly authority: GrantState['authority'];
  readonly digest: string;
  /** Life from now, seconds. */
  readonly ttl_s: number;
  /** When it begins, UTC epoch milliseconds of log time; now unless a clock gave it. */
  readonly issued_at?: number;
}

/** Issues the one grant of an action; its clock stands still while the action is frozen. */
export function issueGrant(turn: Turn, action: ActionState, fresh: NewGrant): void {
  const { state, now: logTime } = turn;
  const { authority, digest, ttl_s, issued_at: now = logTime } = fresh;
  const grant: GrantState = {
    authority,
    digest,
    status: 'issued',
    issued_at: now,
    executor_id: null,
    redeemed_at: null,
    expires_at: now + ttl_s * 1000,
    paused_at: isFrozen(state, action) ? now : null,
    paused_ms: 0,
  };
  action.grant = grant;
  state.grants.set(action.decided.grant_id, action);
  schedule(state, action, 'lapse', grant);
  const { grant_id } = action.decided;
  const { expires_at } = grant;
  publish(turn, 'GrantIssued', action, () =>
    about(action, { grant_id, digest, authority, issued_at: now, expires_at }),
  );
}
