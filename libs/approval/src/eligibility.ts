import type { Gate } from '@countersign/events';
import type { ActionState } from './state.js';

/** Why a person may not vote, in the words of the API. */
export type IneligibleRule = 'self' | 'operator' | 'role' | 'excluded';

export interface Voter {
  readonly issuer: string;
  readonly subject: string;
  readonly roles: readonly string[];
}

/**
 * The rule that keeps a person from voting, or null. Whoever the action is about to serve approves as little as the
 * agent itself: both are `self`.
 */
export function ineligible(action: ActionState, gate: Gate, voter: Voter): IneligibleRule | null {
  const { agent_id, operators, on_behalf_of } = action.decided;
  if (voter.subject === agent_id || isBeneficiary(on_behalf_of, voter.subject)) return 'self';
  if (operators.includes(voter.subject)) return 'operator';
  if (roleFor(gate, voter) === null) return 'role';
  return isExcluded(action, gate, voter) ? 'excluded' : null;
}

/** The role of the gate that the voter has, or null. A gate without roles lets nobody vote. */
export const roleFor = (gate: Gate, { roles }: Voter): string | null =>
  gate.roles.find((role) => roles.includes(role)) ?? null;

// `customer:812` names the subject 812.
const isBeneficiary = (onBehalfOf: string | null, subject: string): boolean =>
  onBehalfOf !== null && (onBehalfOf === subject || onBehalfOf.slice(onBehalfOf.indexOf(':') + 1) === subject);

function isExcluded(action: ActionState, gate: Gate, voter: Voter): boolean {
  if (gate.exclude.includes(voter.subject)) return true;
  const last = action.versions.at(-1);
  const isEditor = last !== undefined && last.editor === voter.subject && last.issuer === voter.issuer;
  return isEditor && gate.exclude.includes('editor');
}
