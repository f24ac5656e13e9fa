import { canonicalize } from '@countersign/canonical';
import type { RedemptionRequested } from '@countersign/events';
import { diffDigest } from './diff.js';
import { about, actionOf, publish, refuse } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { isFrozen } from './freeze.js';
import { isBacked } from './grant.js';
import { proposalOf } from './proposal.js';
import { readJson } from './read-json.js';
import { publishRefusal } from './refused.js';
import { answer, once } from './remember.js';
import type { ActionState, GrantState } from './state.js';

/** Consumes a grant at most once. Judged in the order that the API lists; only `ok` consumes. */
export function foldRedemption(turn: Turn, asked: RedemptionRequested): Answer {
  const action = actionOf(turn, asked);
  const grant = action?.grant ?? null;
  if (action === null || grant === null || action.decided.grant_id !== asked.grant_id) {
    return answer(turn, refuse('unknown_grant'));
  }
  // The executor is part of the body, so another executor cannot use a known id.
  const call = { key: `redeem|${asked.client_request_id}`, body_hash: asked.body_hash };
  return once(turn, action, call, () => {
    const refusal = judge(turn, action, grant, asked);
    const attempt = { attempt: 'redemption', subject: asked.executor_id, grant_id: asked.grant_id } as const;
    if (refusal !== null) return publishRefusal(turn, action, attempt, refusal);
    consume(turn, action, grant, asked);
    return null;
  });
}

function judge(turn: Turn, action: ActionState, grant: GrantState, asked: RedemptionRequested): Refusal | null {
  if (!hasAuthority(action, grant)) return refuse('unknown_grant');
  if (asked.action_digest !== grant.digest) return refuse('action_digest_mismatch');
  if (showsOtherDiff(action, asked)) return refuse('action_digest_mismatch', 'diff');
  if (grant.status === 'revoked') return refuse('revoked');
  if (grant.status === 'consumed') return refuse('already_consumed');
  if (grant.status === 'lapsed') return refuse('expired');
  if (asked.token_expires_at <= turn.now) return refuse('expired');
  if (isFrozen(turn.state, action)) return refuse('frozen');
  return preconditionsHold(proposalOf(action).preconditions, asked.preconditions)
    ? null
    : refuse('precondition_changed');
}

// A grant on people's authority is worth what its votes are worth, so they are counted again.
const hasAuthority = (action: ActionState, { authority }: GrantState): boolean =>
  authority === 'policy' || (action.request?.status === 'approved' && isBacked(action, action.request));

/** A grant that is bound to a diff releases no other change; a call that states none is bound by the door alone. */
function showsOtherDiff(action: ActionState, { diff_digest }: RedemptionRequested): boolean {
  const bound = diff_digest === null ? null : diffDigest(action);
  return bound !== null && bound !== diff_digest;
}

/** Every precondition of the action must be seen now with the same value. */
function preconditionsHold(wanted: string | null, seen: string | null): boolean {
  // One hash may stand for all of them.
  if (wanted === null || wanted === seen) return true;
  const expected = membersOf(wanted);
  const found = seen === null ? new Map<string, string>() : membersOf(seen);
  if (expected === null || found === null) return false;
  return [...expected].every(([name, value]) => found.get(name) === value);
}

function membersOf(text: string): Map<string, string> | null {
  const value = readJson(text, null);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map(Object.entries(value).map(([name, member]) => [name, canonicalize(member)]));
}

function consume(turn: Turn, action: ActionState, grant: GrantState, asked: RedemptionRequested): void {
  const { executor_id, client_request_id, action_digest } = asked;
  grant.status = 'consumed';
  grant.executor_id = executor_id;
  grant.redeemed_at = turn.now;
  const { grant_id } = action.decided;
  const how = { grant_id, executor_id, digest: action_digest, client_request_id, redeemed_at: turn.now };
  publish(turn, 'GrantRedeemed', action, () => about(action, how));
}
