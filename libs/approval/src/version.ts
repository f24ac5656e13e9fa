import type { VoteCast } from '@countersign/events';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { approvalsOf, stricterGate } from './gate.js';
import { personKey } from './state.js';
import type { ActionState, RequestState } from './state.js';

/** True when the vote brings other parameters than the ones on the table; advice changes nothing. */
export const changesAction = ({ kind, digest }: RequestState, { edit }: VoteCast): boolean =>
  kind === 'approval' && edit !== null && edit.digest !== digest;

/** Nobody but the editor has seen the new version: time to read it begins when it is shown. */
function forgetShown(request: RequestState, editor: string): void {
  const seen = request.shown?.get(editor);
  request.shown = seen === undefined ? null : new Map([[editor, seen]]);
  request.rows = null;
}

/** Puts the edited version on the table: new digest and packet, the stricter gate, earlier votes void. */
export function changeVersion(turn: Turn, action: ActionState, request: RequestState, cast: VoteCast): void {
  const { edit, issuer, subject } = cast;
  if (edit === null) return;
  const voided = request.votes.filter(({ counted }) => counted);
  for (const vote of voided) vote.counted = false;
  action.versions.push({ edit, issuer, editor: subject, changed_at: turn.now });
  request.gate = stricterGate(request.gate, edit.gate);
  request.digest = edit.digest;
  request.packet_digest = edit.packet_digest;
  forgetShown(request, personKey(issuer, subject));
  const { parameters, digest, packet_digest, diff, amount_value, amount_currency } = edit;
  publish(turn, 'VersionChanged', action, () =>
    about(action, {
      ...{ request_id: action.decided.request_id, gate: request.gate.name, issuer, reviewer_id: subject },
      ...{ parameters, digest, packet_digest, diff, amount_value, amount_currency },
      approvals_required: approvalsOf(request).required,
      voided_votes: voided.map(({ vote_id }) => vote_id),
      changed_at: turn.now,
    }),
  );
}
