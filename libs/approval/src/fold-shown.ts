import type { PacketShown } from '@countersign/events';
import { about, actionOf, refuse } from './facts.js';
import type { Answer, Turn } from './facts.js';
import { answer } from './remember.js';
import { personKey } from './state.js';

/** Notes when a person first opened a packet; handling time counts from there. */
export function foldShown(turn: Turn, shown: PacketShown): Answer {
  const action = actionOf(turn, shown);
  if (action?.request?.status !== 'pending') return answer(turn, refuse('not_found'));
  const { issuer, subject, packet_digest } = shown;
  const person = personKey(issuer, subject);
  if (action.request.shown.has(person)) return answer(turn, null);
  action.request.shown.set(person, turn.now);
  const { request_id } = action.decided;
  const event = { ...about(action), request_id, issuer, reviewer_id: subject, packet_digest, shown_at: turn.now };
  turn.events.push({ name: 'PacketOpened', event });
  return answer(turn, null);
}
