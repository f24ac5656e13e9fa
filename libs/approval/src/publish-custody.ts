import type { CustodyChanged } from '@countersign/events';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import type { ActionState, RequestState } from './state.js';

type Change = Pick<CustodyChanged, 'verb' | 'at' | 'issuer' | 'subject'> & Partial<CustodyChanged>;

/** Makes public that a request is in other hands, or what somebody said about it. */
export function publishCustody(turn: Turn, action: ActionState, request: RequestState, change: Change): void {
  publish(turn, 'CustodyChanged', action, () =>
    about(action, {
      ...{ request_id: request.request_id, request_kind: request.kind, gate: request.gate.name },
      ...{ to_subject: null, reason: null, text: null, claim_until: null, ...change },
    }),
  );
}
