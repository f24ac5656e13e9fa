import { derivedId } from '@countersign/canonical';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { approvalsOf } from './gate.js';
import { personKey } from './state.js';
import type { ActionState, RequestState, VoteState } from './state.js';

interface Cast {
  readonly vote: VoteState;
  readonly resolving: boolean;
  readonly batch_id: string | null;
}

export function publishVote(turn: Turn, action: ActionState, request: RequestState, cast: Cast): void {
  publish(turn, 'VoteRecorded', action, () => about(action, recorded(request, cast)));
}

function recorded(request: RequestState, { vote, resolving, batch_id }: Cast) {
  const { required, given } = approvalsOf(request);
  return {
    request_id: request.request_id,
    request_kind: request.kind,
    gate: request.gate.name,
    vote_id: vote.vote_id,
    issuer: vote.issuer,
    reviewer_id: vote.subject,
    role: vote.role,
    vote: vote.vote,
    counted: vote.counted && request.kind === 'approval',
    resolving,
    reason: vote.reason,
    packet_digest: vote.packet_digest,
    batch_id,
    approvals_given: given,
    approvals_required: required,
    opened_at: request.opened_at,
    shown_at: request.shown?.get(personKey(vote.issuer, vote.subject)) ?? null,
    voted_at: vote.voted_at,
  };
}

/** An audit's finding as a label; `unsure` is none. Only a sample has a probability: a review of broken glass was sure. */
export function publishLabel(turn: Turn, action: ActionState, { request_id }: RequestState, vote: VoteState): void {
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
