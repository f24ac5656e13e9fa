import { operates } from '@countersign/events';
import type { Gate } from '@countersign/events';
import { isRecused, isSame } from './custody-state.js';
import { gateOf } from './gate.js';
import { names } from './names.js';
import { countsAnybody, quorumsOf } from './quorum.js';
import { glassBroken } from './state.js';
import type { ActionState, RequestState } from './state.js';

/** Why a person may not vote, in the words of the API. */
export type IneligibleRule = 'self' | 'operator' | 'role' | 'excluded' | 'stage' | 'recused';

export interface Voter {
  readonly issuer: string;
  readonly subject: string;
  readonly roles: readonly string[];
}

/** Somebody of whom the roles may not be known, nor the issuer. */
export interface Person {
  readonly issuer: string | null;
  readonly subject: string;
  readonly roles: readonly string[] | null;
}

/**
 * The rule that keeps a person from voting on a request of the action, or null. Whoever the action is about to serve
 * approves as little as the agent itself: both are `self`. An audit is for somebody who had no vote in the approval.
 */
export const ineligible = (action: ActionState, request: RequestState, voter: Voter): IneligibleRule | null =>
  barred(action, request, voter);

/** As `ineligible`; where the roles are not known they are judged when that person votes. */
export function barred(action: ActionState, request: RequestState, person: Person): IneligibleRule | null {
  const { subject, roles } = person;
  const isNoVoter = roles !== null && !mayFill(request, { subject, roles });
  const party = partyTo(action, person);
  const isPermitted = party === 'operator' && permits(request, 'operator');
  return (isPermitted ? null : party) ?? (isNoVoter ? 'role' : setAside(action, request, person));
}

/** Whether the gate makes an exception from this separation of duties. An audit or advice makes none. */
const permits = ({ kind, gate }: RequestState, duty: string): boolean =>
  kind === 'approval' && gate.permit.includes(duty);

/** The exception by which this person votes on the request; null for who needs none. */
export const exceptionFor = (action: ActionState, request: RequestState, voter: Voter): string | null =>
  permits(request, 'operator') && partyTo(action, voter) === 'operator' ? 'operator' : null;

/** Lets somebody break the glass, whatever roles the gate asks for. Separate duties stay separate. */
export const BREAK_GLASS_ROLE = 'break_glass';

/** The rule that keeps a person from breaking the glass, or null. */
export const keptFromGlass = (action: ActionState, request: RequestState, person: Voter): IneligibleRule | null =>
  partyTo(action, person) ?? (person.roles.includes(BREAK_GLASS_ROLE) ? setAside(action, request, person) : 'role');

/** Whose own matter it is: the agent, those it serves, those who operate it. */
function partyTo(
  { decided: { agent_id, operators, on_behalf_of } }: ActionState,
  person: Person,
): IneligibleRule | null {
  const { subject, roles } = person;
  if (names(agent_id, subject) || (on_behalf_of !== null && names(on_behalf_of, subject))) return 'self';
  return operators.some((one) => names(one, subject)) || roles?.includes(operates(agent_id)) === true
    ? 'operator'
    : null;
}

/** Who is kept out of this request by its gate, by an earlier part in it, or by their own wish. */
function setAside(action: ActionState, request: RequestState, person: Person): IneligibleRule | null {
  if (request.kind === 'audit' && hasDecided(action, person)) return 'excluded';
  if (isExcluded(action, request.gate, person)) return 'excluded';
  return isRecused(request, person) ? 'recused' : null;
}

type Roles = Pick<Voter, 'roles'>;

/** The role by which somebody may vote on the request, or null; who is named as a person needs none. */
export const roleFor = (request: RequestState, { roles }: Roles): string | null =>
  votingRoles(request).find((role) => roles.includes(role)) ?? null;

/** Every role that lets somebody vote now; an escalated request has more of them. */
export const votingRoles = (request: Pick<RequestState, 'gate' | 'escalated_at'>): readonly string[] => [
  ...new Set(quorumsOf(gateOf(request)).flatMap((one) => one.roles)),
];

const NO_ROLES: readonly string[] = [];

/** The voter's roles by which a vote can fill a place, now or once escalated; a plain quorum that stands alone asks for none. */
export const fillingRoles = ({ gate }: RequestState, { roles }: Voter): readonly string[] =>
  countsAnybody(gate) ? NO_ROLES : votingRoles({ gate, escalated_at: 0 }).filter((role) => roles.includes(role));

/** A gate that names neither roles nor people lets nobody vote. */
const mayFill = (request: RequestState, voter: Pick<Voter, 'subject' | 'roles'>): boolean =>
  roleFor(request, voter) !== null || quorumsOf(request.gate).some(({ people }) => people.includes(voter.subject));

function isExcluded(action: ActionState, gate: Gate, person: Person): boolean {
  if (gate.exclude.includes(person.subject)) return true;
  const last = action.versions.at(-1);
  const isEditor = last !== undefined && isSame({ issuer: last.issuer, subject: last.editor }, person);
  return isEditor && gate.exclude.includes('editor');
}

const hasDecided = (action: ActionState, person: Person): boolean => {
  const { request } = action;
  const glass = glassBroken(action);
  const hasVoted = request?.kind === 'approval' && request.votes.some((vote) => isSame(vote, person));
  return hasVoted || (glass !== null && isSame(glass, person));
};
