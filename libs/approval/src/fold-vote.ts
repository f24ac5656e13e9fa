import type { VoteCast } from '@countersign/events';
import { ineligible, roleFor } from './eligibility.js';
import { about, actionOf, publish, refuse } from './facts.js';
import type { Answer, Refusal, Turn } from './facts.js';
import { isFrozen } from './freeze.js';
import { approvalsGiven, denialsGiven, quorumHolds } from './gate.js';
import { issueGrant } from './grant.js';
import { publishRefusal } from './refused.js';
import { answer, once } from './remember.js';
import { resolve } from './resolve.js';
import { currentVersion, personKey } from './state.js';
import type { ActionState, RequestState, VoteState } from './state.js';
import { changesAction, changeVersion } from './version.js';

/** Counts a vote, or says why not. Once terminal, a request stays as it is. */
export function foldVote(turn: Turn, cast: VoteCast): Answer {
  const action = actionOf(turn, cast);
  const request = action?.request ?? null;
  if (action === null || request === null || action.decided.request_id !== cast.request_id) {
    return answer(turn, refuse('not_found'));
  }
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
  const rule = ineligible(action, request.gate, cast);
  if (rule !== null) return refuse('not_eligible', rule);
  if (hasVoted(action, request, cast)) return refuse('already_voted');
  if (request.status !== 'pending') return refuse('already_terminal');
  if (isFrozen(turn.state, action)) return refuse('frozen');
  if (cast.packet_digest !== request.packet_digest) return refuse('stale_packet');
  return judgeContent(request, cast);
}

/** Whose vote an edit voided may vote on the new version; a counted vote cannot be changed. */
const hasVoted = (action: ActionState, request: RequestState, cast: VoteCast): boolean =>
  request.votes.some(
    ({ issuer, subject, version }) =>
      issuer === cast.issuer && subject === cast.subject && version === currentVersion(action),
  );

function judgeContent({ gate }: RequestState, { vote, reason, edit }: VoteCast): Refusal | null {
  const needsReason = gate.reason === 'always' || (gate.reason === 'deny' && vote === 'deny');
  const length = (reason ?? '').trim().length;
  if (needsReason && length < Math.max(1, gate.reason_min_length)) return refuse('reason_required');
  if (vote !== 'approve_with_changes') return null;
  if (edit === null) return refuse('parameters_required');
  return edit.policy_decision === 'deny' ? refuse('edit_denied_by_policy') : null;
}

function accept(turn: Turn, action: ActionState, request: RequestState, cast: VoteCast): void {
  if (changesAction(request, cast)) changeVersion(turn, action, request, cast);
  const vote = voteOf(turn, action, request, cast);
  request.votes.push(vote);
  const status = verdict(request);
  recordVote(turn, action, vote, { resolving: status !== null, batch_id: cast.batch_id });
  if (status === null) return;
  resolve(turn, action, { status, resolved_by: 'people', vote, resolved_at: turn.now });
  if (status !== 'approved' || request.kind !== 'approval') return;
  issueGrant(turn, action, { authority: 'people', digest: request.digest, ttl_s: request.gate.grant_ttl_s });
}

function voteOf(turn: Turn, action: ActionState, { gate }: RequestState, cast: VoteCast): VoteState {
  const { vote_id, issuer, subject, vote, reason, packet_digest } = cast;
  return {
    vote_id,
    issuer,
    subject,
    vote,
    reason,
    packet_digest,
    role: roleFor(gate, cast),
    version: currentVersion(action),
    voted_at: turn.now,
    // After an edit a stricter gate may bind: the editor's own vote counts only if it lets the editor vote.
    counted: ineligible(action, gate, cast) === null,
  };
}

function verdict(request: RequestState): 'approved' | 'denied' | null {
  if (denialsGiven(request) >= Math.max(1, request.gate.deny_quorum)) return 'denied';
  return quorumHolds(request) ? 'approved' : null;
}

interface How {
  readonly resolving: boolean;
  readonly batch_id: string | null;
}

function recordVote(turn: Turn, action: ActionState, vote: VoteState, how: How): void {
  const { request } = action;
  if (request !== null)
    publish(turn, 'VoteRecorded', action, () => about(action, Object.assign(recorded(action, request, vote), how)));
}

const recorded = ({ decided }: ActionState, request: RequestState, vote: VoteState) => ({
  request_id: decided.request_id,
  request_kind: request.kind,
  gate: request.gate.name,
  vote_id: vote.vote_id,
  issuer: vote.issuer,
  reviewer_id: vote.subject,
  role: vote.role,
  vote: vote.vote,
  counted: vote.counted && request.kind === 'approval',
  reason: vote.reason,
  packet_digest: vote.packet_digest,
  approvals_given: approvalsGiven(request),
  approvals_required: request.gate.quorum,
  opened_at: request.opened_at,
  shown_at: request.shown?.get(personKey(vote.issuer, vote.subject)) ?? null,
  voted_at: vote.voted_at,
});
