import { mergeGates } from '@countersign/events';
import type { VoteCast } from '@countersign/events';
import { evidenceDigest } from './evidence.js';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { approvalsOf } from './gate.js';
import { personKey } from './state.js';
import type { ActionState, RequestState } from './state.js';

type Brought = Pick<VoteCast, 'vote' | 'edit'>;

/** True when the vote brings other parameters than the ones on the table; advice and other votes change nothing. */
export const changesAction = ({ kind, digest }: RequestState, { vote, edit }: Brought): boolean =>
  kind === 'approval' && vote === 'approve_with_changes' && edit !== null && edit.digest !== digest;

/** Nobody but who made it has seen the new packet: time to read it begins when it is shown. */
export function forgetShown(request: RequestState, maker: string): void {
  const seen = request.shown?.get(maker);
  request.shown = seen === undefined ? null : new Map([[maker, seen]]);
  request.rows = null;
}

/** Puts the edited version on the table: new digest and packet, both gates, earlier votes void. */
export function changeVersion(turn: Turn, action: ActionState, request: RequestState, cast: VoteCast): void {
  const { edit, issuer, subject } = cast;
  if (edit === null) return;
  const voided = request.votes.filter(({ counted }) => counted);
  for (const vote of voided) vote.counted = false;
  action.versions.push({ edit, issuer, editor: subject, changed_at: turn.now });
  request.gate = mergeGates(request.gate, edit.gate) ?? request.gate;
  request.digest = edit.digest;
  request.base_digest = edit.packet_digest;
  request.packet_digest = evidenceDigest(edit.packet_digest, request.attachments);
  forgetShown(request, personKey(issuer, subject));
  const { parameters, digest, after, diff, diff_truncated, amount_value, amount_currency } = edit;
  const { packet_digest } = request;
  publish(turn, 'VersionChanged', action, () =>
    about(action, {
      ...{ request_id: action.decided.request_id, gate: request.gate.name, issuer, reviewer_id: subject },
      ...{ parameters, digest, packet_digest, after, diff, diff_truncated, amount_value, amount_currency },
      approvals_required: approvalsOf(request).required,
      voided_votes: voided.map(({ vote_id }) => vote_id),
      changed_at: turn.now,
    }),
  );
}
