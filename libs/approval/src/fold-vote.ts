import type { VoteCast } from '@countersign/events';
import { leaveHands } from './custody.js';
import { exceptionFor, fillingRoles, ineligible, roleFor } from './eligibility.js';
import { actionOf, refuse, requestOf } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { isFrozen } from './freeze.js';
import { denialsGiven, isOutOfTurn, quorumHolds } from './gate.js';
import { issueGrant } from './grant.js';
import { startHold } from './hold.js';
import { openAudit } from './open-request.js';
import { publishFinding, publishVote } from './publish-vote.js';
import { publishRefusal } from './refused.js';
import { answer, once } from './remember.js';
import { resolve } from './resolve.js';
import { currentVersion, personKey } from './state.js';
import type { ActionState, RequestEnd, RequestState, VoteState } from './state.js';
import { hasVoted } from './voted.js';
import { changesAction, changeVersion } from './version.js';
import { judgeContent } from './vote-content.js';

/** Counts a vote, or says why not. Once terminal, a request stays as it is. */
export function foldVote(turn: Turn, cast: VoteCast): Answer {
  const action = actionOf(turn, cast);
  const request = action === null ? null : requestOf(action, cast.request_id);
  if (action === null || request === null) return answer(turn, refuse('not_found'));
  const key = `vote|${personKey(cast.issuer, cast.subject)}|${cast.client_request_id}`;
  return once(turn, action, { key, body_hash: cast.body_hash }, () => {
    const refusal = judgeVote(turn, action, request, cast);
    const attempt = { attempt: 'vote', subject: cast.subject, request_id: cast.request_id } as const;
    if (refusal !== null) return publishRefusal(turn, action, attempt, refusal);
    accept(turn, action, request, cast);
    return null;
  });
}

function judgeVote(turn: Turn, action: ActionState, request: RequestState, cast: VoteCast): Refusal | null {
  const rule = ineligible(action, request, cast);
  if (rule !== null) return refuse('not_eligible', rule);
  if (hasVoted(action, request, cast)) return refuse('already_voted');
  if (request.status !== 'pending') return refuse('already_terminal');
  if (isOutOfTurn(request, cast)) return refuse('not_eligible', 'stage');
  if (isFrozen(turn.state, action)) return refuse('frozen');
  if (cast.packet_digest !== request.packet_digest) return refuse('stale_packet');
  return judgeContent(turn, action, request, cast);
}

function accept(turn: Turn, action: ActionState, request: RequestState, cast: VoteCast): void {
  if (changesAction(request, cast)) changeVersion(turn, action, request, cast);
  const vote = voteOf(turn, action, request, cast);
  request.votes.push(vote);
  leaveHands(turn, action, request, vote);
  const status = verdict(request);
  publishVote(turn, action, request, { vote, resolving: status !== null });
  if (status === null) return;
  resolve(turn, action, request, { status, resolved_by: 'people', by: vote, resolved_at: turn.now });
  if (request.kind === 'audit') publishFinding(turn, action, request, vote);
  else if (status === 'approved' && request.kind === 'approval') releaseApproved(turn, action, request);
}

function releaseApproved(turn: Turn, action: ActionState, { gate, digest }: RequestState): void {
  if (gate.hold) startHold(turn, action);
  else issueGrant(turn, action, { authority: 'people', digest, ttl_s: gate.grant_ttl_s });
  openAudit(turn, action);
}

function voteOf(turn: Turn, action: ActionState, request: RequestState, cast: VoteCast): VoteState {
  const { vote_id, issuer, subject, vote, reason, packet_digest, batch_id, release_at } = cast;
  return {
    vote_id,
    issuer,
    subject,
    vote,
    reason,
    packet_digest,
    batch_id,
    release_at,
    role: roleFor(request, cast),
    exception: exceptionFor(action, request, cast),
    roles: fillingRoles(request, cast),
    version: currentVersion(action),
    voted_at: turn.now,
    // After an edit a stricter gate may bind: the editor's own vote counts only if it lets the editor vote, and now.
    counted: ineligible(action, request, cast) === null && !isOutOfTurn(request, cast),
    superseded: false,
  };
}

function verdict(request: RequestState): RequestEnd['status'] | null {
  if (request.kind === 'audit') return 'answered';
  if (denialsGiven(request) >= Math.max(1, request.gate.deny_quorum)) return 'denied';
  return quorumHolds(request) ? 'approved' : null;
}
