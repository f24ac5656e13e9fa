import type { CustodyRequested } from '@countersign/events';
import { endClaim, scheduleAlarm } from './alarms.js';
import { isSame, note } from './custody-state.js';
import type { Holder } from './custody-state.js';
import { escalate } from './escalate.js';
import type { Turn } from './facts.js';
import { publishCustody } from './publish-custody.js';
import { rosterKey } from '@countersign/events';
import type { ActionState, RequestState } from './state.js';

/** Does what an accepted call asks for and makes it public. */
export function takeCustody(turn: Turn, action: ActionState, request: RequestState, asked: CustodyRequested): void {
  const { verb, issuer, subject, to_subject, reason, text } = asked;
  const at = turn.now;
  change(turn, action, request, asked);
  const claim_until = verb === 'claim' ? request.claim_until : null;
  const done = { at, issuer, subject, to_subject, reason, text, claim_until };
  if (verb === 'unknown') return;
  if (verb !== 'escalate') note(request, { what: verb, ...done });
  publishCustody(turn, action, request, { verb, ...done });
  if (verb !== 'escalate') return;
  escalate(turn, action, request, { at, who: { issuer, subject }, reason });
  // The clock's own escalation may have been the only one on the heap: what would come after it is first now.
  scheduleAlarm(turn.state, action, request);
}

function change(turn: Turn, action: ActionState, request: RequestState, asked: CustodyRequested): void {
  switch (asked.verb) {
    case 'claim':
      return claim(turn, action, request, asked);
    case 'release':
      return endClaim(turn.state, action, request);
    case 'assign':
    case 'reassign':
      return assign(turn, action, request, asked);
    case 'recuse':
      (request.recused ??= []).push({ issuer: asked.issuer, subject: asked.subject });
      return leaveHands(turn, action, request, asked);
    case 'escalate':
    case 'comment':
    case 'unknown':
  }
}

function claim(turn: Turn, action: ActionState, request: RequestState, { issuer, subject }: CustodyRequested): void {
  request.claimed_by = { issuer, subject };
  request.claimed_at = turn.now;
  request.claim_until = turn.now + Math.max(1, request.gate.claim_s) * 1000;
  scheduleAlarm(turn.state, action, request);
}

/** Whoever had it gives it up: a claim of theirs ends too. Given to nobody, it is in the pool. */
function assign(turn: Turn, action: ActionState, request: RequestState, asked: CustodyRequested): void {
  const { to_subject } = asked;
  const before = request.assignee;
  if (before !== null && isSame(request.claimed_by, before)) endClaim(turn.state, action, request);
  request.assignee = to_subject === null ? null : { issuer: issuerOf(asked), subject: to_subject };
  if (to_subject !== null) noteTurn(turn, action, to_subject);
}

function noteTurn({ state: { rotation }, now }: Turn, { decided: { tenant, agent_id } }: ActionState, subject: string) {
  rotation.people.set(rosterKey(tenant, subject), now);
  rotation.agents.set(rosterKey(tenant, agent_id), { subject, at: now });
}

/** Issuer of the service itself. Only a service writes it: people's names come from their provider's tokens. */
export const SERVICE = 'countersign';

/** A person names somebody of their own provider, unless they say otherwise; the service need not know the provider. */
export const issuerOf = ({ verb, issuer, to_issuer }: Pick<CustodyRequested, 'verb' | 'issuer' | 'to_issuer'>) =>
  to_issuer ?? (verb === 'assign' || issuer === SERVICE ? null : issuer);

/** Who has voted or recused holds the request no longer: whoever is asked next can see it. */
export function leaveHands(turn: Turn, action: ActionState, request: RequestState, person: Holder): void {
  if (isSame(request.claimed_by, person)) endClaim(turn.state, action, request);
  if (isSame(request.assignee, person)) request.assignee = null;
}
