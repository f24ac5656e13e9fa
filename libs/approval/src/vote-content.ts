import { LIMITS, seenLength } from '@countersign/canonical';
import { mergeGates } from '@countersign/events';
import type { Vote, VoteCast } from '@countersign/events';
import { evidenceMissing } from './evidence.js';
import { judgeSeen } from './seen.js';
import { refuse } from './facts.js';
import type { Refusal, Turn } from './facts.js';
import { isApproval } from './gate.js';
import { tooLate } from './hold.js';
import { personKey } from './state.js';
import type { ActionState, RequestKind, RequestState } from './state.js';
import { changesAction } from './version.js';

const DECISIONS: readonly Vote[] = ['approve', 'deny', 'approve_with_changes'];
const FINDINGS: readonly Vote[] = ['harmful', 'harmless', 'unsure'];

/** The votes that a request of this kind takes. */
export const votesFor = (kind: RequestKind): readonly Vote[] => (kind === 'audit' ? FINDINGS : DECISIONS);

/** What is wrong with the vote itself, whoever casts it. */
export function judgeContent(turn: Turn, action: ActionState, request: RequestState, cast: VoteCast): Refusal | null {
  const { vote, release_at } = cast;
  if (!votesFor(request.kind).includes(vote)) return refuse('vote_not_offered');
  const unseen = vote === 'deny' || request.kind === 'audit' ? null : judgeSeen(request, cast);
  if (unseen !== null) return unseen;
  if (lacksReason(turn, request, cast)) return refuse('reason_required');
  if (isApproval(cast) && missingFor(request, cast).length > 0) return refuse('evidence_required');
  const wait = dwellLeft(turn, request, cast);
  if (wait > 0) return { ...refuse('too_fast'), retry_after_s: Math.ceil(wait / 1000) };
  if (tooLate(action, request, release_at)) return refuse('release_too_late');
  if (vote !== 'approve_with_changes') return null;
  if (changesAction(request, cast) && action.versions.length >= LIMITS.edits) return refuse('too_many');
  return judgeEdit(request, cast);
}

/** Kinds of evidence that are not there, under the gate that binds once this vote is counted. */
export function missingFor(request: RequestState, cast: Pick<VoteCast, 'vote' | 'edit'>): readonly string[] {
  if (cast.edit === null || !changesAction(request, cast)) return evidenceMissing(request);
  return evidenceMissing({ ...request, gate: mergeGates(request.gate, cast.edit.gate) ?? request.gate });
}

function lacksReason(turn: Turn, request: RequestState, cast: VoteCast): boolean {
  const { gate, kind } = request;
  const needsReason =
    gate.reason === 'always' ||
    (gate.reason === 'deny' && cast.vote === 'deny') ||
    kind === 'audit' ||
    isFast(turn, request, cast);
  const least = Math.max(1, gate.reason_min_length);
  return needsReason && seenLength(cast.reason ?? '', least) < least;
}

/** True for a vote that came sooner than the packet can be read; who never opened it has read nothing. */
const isFast = (turn: Turn, request: RequestState, cast: VoteCast): boolean =>
  request.gate.reason_fast_s !== null && readFor(turn, request, cast) < request.gate.reason_fast_s * 1000;

/** Milliseconds until the gate lets this person approve. A denial is never held up, and an answer to an audit is none. */
function dwellLeft(turn: Turn, request: RequestState, cast: VoteCast): number {
  const { gate, kind } = request;
  if (gate.min_dwell_s === null || kind === 'audit' || cast.vote === 'deny') return 0;
  return gate.min_dwell_s * 1000 - readFor(turn, request, cast);
}

/** Milliseconds since the packet on the table was shown to this person; 0 for who never opened it. */
const readFor = ({ now }: Turn, { shown }: RequestState, { issuer, subject }: VoteCast): number =>
  now - (shown?.get(personKey(issuer, subject)) ?? now);

/** Two gates that name two audiences leave no executor that could use the token. */
function judgeEdit({ gate }: RequestState, { edit }: VoteCast): Refusal | null {
  if (edit === null) return refuse('parameters_required');
  const isDenied = edit.policy_decision === 'deny' || mergeGates(gate, edit.gate) === null;
  return isDenied ? refuse('edit_denied_by_policy') : null;
}
