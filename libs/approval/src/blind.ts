import type { JsonValue } from '@countersign/canonical';
import type { Json } from './read-json.js';
import { ineligible } from './eligibility.js';
import type { Voter } from './eligibility.js';
import type { ActionState, RequestState } from './state.js';
import { hasVoted } from './voted.js';

/**
 * True where this person may still answer the blind review of an approval: until then they are not shown who voted how
 * on it, nor what was said.
 */
export function isBlind(action: ActionState, request: RequestState, viewer: Voter): boolean {
  const { audit } = action;
  if (request.kind !== 'approval' || audit === null || !reviewWaits(action)) return false;
  return ineligible(action, audit, viewer) === null && !hasVoted(action, audit, viewer);
}

/** True while a blind review of what people approved is not answered. */
const reviewWaits = ({ audit, decided, request }: ActionState): boolean =>
  decided.blind_review && audit?.status === 'pending' && request?.end?.resolved_by === 'people';

/**
 * An action's document for people outside of the approval service, where nobody knows who may still answer its blind
 * review: until it is answered it says nothing of votes and reasons.
 */
export function blinded(action: ActionState, document: Json): Json {
  if (!reviewWaits(action)) return document;
  const request = action.request === null ? null : { ...(document['request'] as Json), votes: [] };
  const resolution = { ...(document['resolution'] as Json), message: BLIND_MESSAGE };
  return { ...document, request, resolution, blind: true };
}

const BLIND_MESSAGE = 'A blind review of this approval is open.';

/** In whose hands it was says who voted. */
export const BLIND_HANDS: Json = { assignee: null, claimed_by: null, claim_until: null, recused: [] };

const HIDDEN: JsonValue = { issuer: null, subject: null };
const withoutName = (changed_by: JsonValue | undefined): JsonValue => (changed_by ? HIDDEN : null);

/** A packet that says what people changed and not who did: whoever changes it votes. */
export function blindPacket(packet: { readonly [member: string]: JsonValue }): { [member: string]: JsonValue } {
  const history = (packet['history'] as Json[]).map((one) => ({ ...one, changed_by: withoutName(one['changed_by']) }));
  return { ...packet, changed_by: withoutName(packet['changed_by']), history };
}
