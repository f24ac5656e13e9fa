import type { ReleaseRequested } from '@countersign/events';
import { ineligible } from './eligibility.js';
import { about, actionOf, publish, refuse } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { isFrozen } from './freeze.js';
import { recall, release, reschedule, tooLate } from './hold.js';
import { publishRefusal } from './refused.js';
import { answer, once } from './remember.js';
import { personKey } from './state.js';
import type { ActionState, RequestState } from './state.js';

/** A person lets a held action go, sets when it goes, or takes it back until its grant is used. */
export function foldRelease(turn: Turn, asked: ReleaseRequested): Answer {
  const action = actionOf(turn, asked);
  const request = action?.request ?? null;
  if (action === null || request === null || request.request_id !== asked.request_id) {
    return answer(turn, refuse('not_found'));
  }
  const by = `release|${personKey(asked.issuer, asked.subject)}`;
  const call = { key: `${by}|${asked.client_request_id}`, body_hash: asked.body_hash, by };
  return once(turn, action, call, () => {
    const refusal = judge(turn, action, request, asked);
    const attempt = asked.recall ? 'recall' : 'release';
    if (refusal !== null)
      return publishRefusal(turn, action, { attempt, subject: asked.subject, request_id: asked.request_id }, refusal);
    carryOut(turn, action, asked);
    return null;
  });
}

function judge(turn: Turn, action: ActionState, request: RequestState, asked: ReleaseRequested): Refusal | null {
  const rule = asked.roles.includes('admin') ? null : ineligible(action, request, asked);
  if (rule !== null) return refuse('not_eligible', rule);
  const { hold } = action;
  if (hold === null) return refuse('not_held');
  if (hold.status === 'recalled') return refuse('revoked');
  if (asked.recall) return spent(action);
  if (hold.status !== 'held') return refuse('not_held');
  if (isFrozen(turn.state, action)) return refuse('frozen');
  return tooLate(action, request, asked.release_at) ? refuse('release_too_late') : null;
}

function spent({ grant }: ActionState): Refusal | null {
  if (grant === null || grant.status === 'issued') return null;
  if (grant.status === 'consumed') return refuse('already_consumed');
  return refuse(grant.status === 'revoked' ? 'revoked' : 'expired');
}

function carryOut(turn: Turn, action: ActionState, asked: ReleaseRequested): void {
  const { issuer, subject, reason, release_at } = asked;
  const change = { at: turn.now, who: { issuer, subject }, reason };
  if (asked.recall) takeBack(turn, action, asked);
  else if (release_at !== null && release_at > turn.now) reschedule(turn, action, release_at, change);
  else release(turn, action, change);
}

function takeBack(turn: Turn, action: ActionState, { issuer, subject, reason }: ReleaseRequested): void {
  recall(turn, action, { at: turn.now, who: { issuer, subject }, reason });
  const { grant, decided } = action;
  if (grant?.status !== 'issued') return;
  grant.status = 'revoked';
  const how = { grant_id: decided.grant_id, issuer, reviewer_id: subject, reason, revoked_at: turn.now };
  publish(turn, 'GrantRevoked', action, () => about(action, how));
}
