import { ineligible } from './eligibility.js';
import type { Voter } from './eligibility.js';
import type { ActionState, RequestState } from './state.js';
import { hasVoted } from './voted.js';

/**
 * True where this person may still answer the blind review of an approval: until then they are not shown who voted how
 * on it, nor what was said.
 */
export function isBlind(action: ActionState, request: RequestState, viewer: Voter): boolean {
  const { audit, decided } = action;
  if (!decided.blind_review || request.kind !== 'approval' || audit?.status !== 'pending') return false;
  if (request.end?.resolved_by !== 'people') return false;
  return ineligible(action, audit, viewer) === null && !hasVoted(action, audit, viewer);
}
