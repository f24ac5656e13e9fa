import { isSame } from './custody-state.js';
import type { Holder } from './custody-state.js';
import { currentVersion } from './state.js';
import type { ActionState, RequestState } from './state.js';

/** Whose vote an edit or new evidence voided may vote again; a counted vote cannot be changed. */
export const hasVoted = (action: ActionState, request: RequestState, person: Holder): boolean =>
  request.votes.some((vote) => vote.version === currentVersion(action) && !vote.superseded && isSame(vote, person));
