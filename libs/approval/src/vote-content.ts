import type { Vote, VoteCast } from '@countersign/events';
import { refuse } from './facts.js';
import type { Refusal, Turn } from './facts.js';
import { tooLate } from './hold.js';
import { personKey } from './state.js';
import type { ActionState, RequestKind, RequestState } from './state.js';

const DECISIONS: readonly Vote[] = ['approve', 'deny', 'approve_with_changes'];
const FINDINGS: readonly Vote[] = ['harmful', 'harmless', 'unsure'];

/** The votes that a request of this kind takes. */
export const votesFor = (kind: RequestKind): readonly Vote[] => (kind === 'audit' ? FINDINGS : DECISIONS);

/** What is wrong with the vote itself, whoever casts it. */
export function judgeContent(turn: Turn, action: ActionState, request: RequestState, cast: VoteCast): Refusal | null {
  const { vote, release_at } = cast;
  if (!votesFor(request.kind).includes(vote)) return refuse('vote_not_offered');
  if (lacksReason(turn, request, cast)) return refuse('reason_required');
  if (tooLate(action, request, release_at)) return refuse('release_too_late');
  return vote === 'approve_with_changes' ? judgeEdit(cast) : null;
}

function lacksReason(turn: Turn, request: RequestState, cast: VoteCast): boolean {
  const { gate, kind } = request;
  const needsReason =
    gate.reason === 'always' ||
    (gate.reason === 'deny' && cast.vote === 'deny') ||
    kind === 'audit' ||
    isFast(turn, request, cast);
  return needsReason && (cast.reason ?? '').trim().length < Math.max(1, gate.reason_min_length);
}

/** True for a vote that came sooner than the packet can be read; who never opened it has read nothing. */
function isFast({ now }: Turn, { gate, shown }: RequestState, { issuer, subject }: VoteCast): boolean {
  if (gate.reason_fast_s === null) return false;
  const since = shown?.get(personKey(issuer, subject)) ?? now;
  return now - since < gate.reason_fast_s * 1000;
}

function judgeEdit({ edit }: VoteCast): Refusal | null {
  if (edit === null) return refuse('parameters_required');
  return edit.policy_decision === 'deny' ? refuse('edit_denied_by_policy') : null;
}
