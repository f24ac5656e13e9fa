import type { PacketShown } from '@countersign/events';
import { about, actionOf, publish, refuse, requestOf } from './facts.js';
import type { Answer, Turn } from './facts.js';
import { answer } from './remember.js';
import { personKey } from './state.js';
import type { ActionState, RequestState } from './state.js';

/**
 * Notes when a person was first shown the packet on the table, by itself or as a row of a batch; handling time counts
 * from there. A row beside the batch shows only why it has to be opened, so no time begins with it.
 */
export function foldShown(turn: Turn, shown: PacketShown): Answer {
  const action = actionOf(turn, shown);
  const request = action === null ? null : requestOf(action, shown.request_id);
  if (action === null || request?.status !== 'pending') return answer(turn, refuse('not_found'));
  const { issuer, subject, packet_digest } = shown;
  if (isOld(action, request, packet_digest)) return answer(turn, refuse('stale_packet'));
  const person = personKey(issuer, subject);
  noteRow(request, person, shown);
  if (shown.outlier !== null) return answer(turn, null);
  const seen = (request.shown ??= new Map());
  if (seen.has(person)) return answer(turn, null);
  seen.set(person, turn.now);
  const { request_id } = request;
  const what = { request_id, issuer, reviewer_id: subject, packet_digest, shown_at: turn.now };
  publish(turn, 'PacketOpened', action, () => about(action, what));
  return answer(turn, null);
}

/** Who has opened the packet itself has seen more than any row shows. */
function noteRow(request: RequestState, person: string, { batch, outlier }: PacketShown): void {
  const hasOpened = request.shown?.has(person) === true && request.rows?.has(person) !== true;
  if (batch === null) request.rows?.delete(person);
  else if (!hasOpened) (request.rows ??= new Map()).set(person, { batch, outlier });
}

/** True when the packet changed between its reading and the note of it in the log. */
function isOld({ versions }: ActionState, request: RequestState, packet_digest: string): boolean {
  const canBe = request.attachments.length > 0 || (request.kind === 'approval' && versions.length > 0);
  return canBe && packet_digest !== request.packet_digest;
}
