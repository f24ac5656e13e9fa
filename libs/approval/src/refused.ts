import { publish, requestOf } from './facts.js';
import type { Refusal, Turn } from './facts.js';
import type { ActionState } from './state.js';

export interface Attempt {
  readonly attempt:
    | 'vote'
    | 'redemption'
    | 'cancellation'
    | 'revocation'
    | 'break_glass'
    | 'release'
    | 'recall'
    | 'claim'
    | 'release_claim'
    | 'assign'
    | 'reassign'
    | 'recuse'
    | 'escalate'
    | 'comment'
    | 'attach';
  readonly subject: string;
  readonly request_id?: string;
  readonly grant_id?: string;
}

/** Makes a refusal public and hands it on. */
export function publishRefusal(turn: Turn, action: ActionState, attempt: Attempt, refusal: Refusal): Refusal {
  count(action, attempt, refusal);
  const { tenant, action_id, run_id } = action.decided;
  const { code, rule } = refusal;
  publish(turn, 'Refused', action, () => ({
    ...{ tenant, action_id, run_id, request_id: null, grant_id: null },
    ...attempt,
    ...{ code, rule, refused_at: turn.now },
  }));
  return refusal;
}

function count(action: ActionState, { request_id }: Attempt, { code }: Refusal): void {
  const request = request_id === undefined ? null : requestOf(action, request_id);
  if (request === null) return;
  const known = (request.refusals ??= new Map());
  known.set(code, (known.get(code) ?? 0) + 1);
}
