import { derivedId } from '@countersign/canonical';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { approvalsOf } from './gate.js';
import { personKey } from './state.js';
import type { ActionState, RequestState, VoteState } from './state.js';

interface Cast {
  readonly vote: VoteState;
  readonly resolving: boolean;
}

export function publishVote(turn: Turn, action: ActionState, request: RequestState, cast: Cast): void {
  publish(turn, 'VoteRecorded', action, () => about(action, recorded(request, cast)));
}

function recorded(request: RequestState, { vote, resolving }: Cast) {
  const { required, given } = approvalsOf(request);
  return {
    request_id: request.request_id,
    request_kind: request.kind,
    gate: request.gate.name,
    vote_id: vote.vote_id,
    issuer: vote.issuer,
    reviewer_id: vote.subject,
    role: vote.role,
    exception: vote.exception,
    vote: vote.vote,
    counted: vote.counted && request.kind === 'approval',
    resolving,
    reason: vote.reason,
    packet_digest: vote.packet_digest,
    batch_id: vote.batch_id,
    approvals_given: given,
    approvals_required: required,
    opened_at: request.opened_at,
    shown_at: request.shown?.get(personKey(vote.issuer, vote.subject)) ?? null,
    voted_at: vote.voted_at,
  };
}

/** What an audit found: a label, and after a blind review whether those who approved were right. */
export function publishFinding(turn: Turn, action: ActionState, audit: RequestState, vote: VoteState): void {
  publishLabel(turn, action, audit, vote);
  const approval = action.request;
  // Who broke the glass alone was no reviewer: that audit is the review of it.
  if (!action.decided.blind_review || approval?.kind !== 'approval' || approval.end?.resolved_by !== 'people') return;
  publish(turn, 'ReviewCompared', action, () => about(action, compared(action, audit, approval, vote)));
}

const AGREED: Partial<Record<VoteState['vote'], boolean>> = { harmless: true, harmful: false };

function compared({ decided }: ActionState, audit: RequestState, approval: RequestState, vote: VoteState) {
  const approvers = approval.votes.filter((one) => one.counted && one.vote !== 'deny');
  return {
    request_id: audit.request_id,
    reviewed_request_id: approval.request_id,
    gate: approval.gate.name,
    ...{ finding: vote.vote, agreed: AGREED[vote.vote] ?? null, reviewer_id: vote.subject, issuer: vote.issuer },
    approver_ids: approvers.map(({ subject }) => subject),
    batch_ids: [...new Set(approvers.flatMap(({ batch_id }) => (batch_id === null ? [] : [batch_id])))],
    sample_probability: decided.sample_probability,
    compared_at: vote.voted_at,
  };
}

/** An audit's finding as a label; `unsure` is none. Only a sample has a probability: a review of broken glass was sure. */
function publishLabel(turn: Turn, action: ActionState, { request_id }: RequestState, vote: VoteState): void {
  const { vote: label, vote_id, issuer, subject, reason, voted_at } = vote;
  if (label !== 'harmful' && label !== 'harmless') return;
  const { audit_gate, sample_probability } = action.decided;
  const from =
    audit_gate === null
      ? { source: 'break_glass_review', sample_probability: null }
      : { source: 'audit_sample', sample_probability };
  publish(turn, 'SampleLabelled', action, () =>
    about(action, {
      ...{ request_id, label_id: derivedId('lab', vote_id), label, ...from },
      ...{ labelled_by: subject, issuer, note: reason },
      observed_at: voted_at,
    }),
  );
}
