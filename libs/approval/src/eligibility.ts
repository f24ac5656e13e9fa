import type { Gate } from '@countersign/events';
import { isPlain, quorumsOf } from './quorum.js';
import { operates } from './roster.js';
import type { ActionState, RequestState } from './state.js';

/** Why a person may not vote, in the words of the API. */
export type IneligibleRule = 'self' | 'operator' | 'role' | 'excluded' | 'stage';

export interface Voter {
  readonly issuer: string;
  readonly subject: string;
  readonly roles: readonly string[];
}

/**
 * The rule that keeps a person from voting on a request of the action, or null. Whoever the action is about to serve
 * approves as little as the agent itself: both are `self`. An audit is for somebody who had no vote in the approval.
 */
export function ineligible(action: ActionState, request: RequestState, voter: Voter): IneligibleRule | null {
  const { agent_id, operators, on_behalf_of } = action.decided;
  if (voter.subject === agent_id || isBeneficiary(on_behalf_of, voter.subject)) return 'self';
  if (operators.includes(voter.subject) || voter.roles.includes(operates(agent_id))) return 'operator';
  if (!mayFill(request.gate, voter)) return 'role';
  if (request.kind === 'audit' && hasDecided(action, voter)) return 'excluded';
  return isExcluded(action, request.gate, voter) ? 'excluded' : null;
}

/** The role of the gate that the voter has, or null; who is named as a person needs none. */
export const roleFor = (gate: Gate, { roles }: Voter): string | null =>
  rolesOf(gate).find((role) => roles.includes(role)) ?? null;

const NO_ROLES: readonly string[] = [];

/** The voter's roles by which a vote can fill a place of a threshold, factor or stage; the plain quorum asks for none. */
export const fillingRoles = (gate: Gate, { roles }: Voter): readonly string[] =>
  isPlain(gate) ? NO_ROLES : rolesOf(gate).filter((role) => roles.includes(role));

const rolesOf = (gate: Gate): readonly string[] =>
  isPlain(gate) ? gate.roles : [...new Set(quorumsOf(gate).flatMap(({ roles }) => roles))];

/** A gate that names neither roles nor people lets nobody vote. */
const mayFill = (gate: Gate, voter: Voter): boolean =>
  roleFor(gate, voter) !== null || quorumsOf(gate).some(({ people }) => people.includes(voter.subject));

// `customer:812` names the subject 812.
const isBeneficiary = (onBehalfOf: string | null, subject: string): boolean =>
  onBehalfOf !== null && (onBehalfOf === subject || onBehalfOf.slice(onBehalfOf.indexOf(':') + 1) === subject);

function isExcluded(action: ActionState, gate: Gate, voter: Voter): boolean {
  if (gate.exclude.includes(voter.subject)) return true;
  const last = action.versions.at(-1);
  const isEditor = last !== undefined && last.editor === voter.subject && last.issuer === voter.issuer;
  return isEditor && gate.exclude.includes('editor');
}

const hasDecided = ({ request }: ActionState, { issuer, subject }: Voter): boolean =>
  request?.kind === 'approval' && request.votes.some((vote) => vote.issuer === issuer && vote.subject === subject);
