import { publish } from './facts.js';
import type { Refusal, Turn } from './facts.js';
import type { ActionState } from './state.js';

export interface Attempt {
  readonly attempt: 'vote' | 'redemption' | 'cancellation' | 'revocation' | 'release' | 'recall';
  readonly subject: string;
  readonly request_id?: string;
  readonly grant_id?: string;
}

/** Makes a refusal public and hands it on. */
export function publishRefusal(turn: Turn, action: ActionState, attempt: Attempt, refusal: Refusal): Refusal {
  const { tenant, action_id, run_id } = action.decided;
  const { code, rule } = refusal;
  publish(turn, 'Refused', action, () => ({
    ...{ tenant, action_id, run_id, request_id: null, grant_id: null },
    ...attempt,
    ...{ code, rule, refused_at: turn.now },
  }));
  return refusal;
}
