import { note } from './custody-state.js';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import type { ActionState, RequestState } from './state.js';

export interface Escalation {
  /** UTC epoch milliseconds of log time. */
  readonly at: number;
  /** The person who asked for it; null when the clock did. */
  readonly who: { readonly issuer: string; readonly subject: string } | null;
  readonly reason: string | null;
}

/** Lets the gate's `escalate_roles` vote too, once. The quorum and the time to respond stay what they are. */
export function escalate(
  turn: Turn,
  action: ActionState,
  request: RequestState,
  { at, who, reason }: Escalation,
): void {
  request.escalated_at = at;
  const person = { issuer: who?.issuer ?? null, subject: who?.subject ?? null, reason };
  note(request, { what: 'escalate', at, ...person });
  publish(turn, 'RequestEscalated', action, () =>
    about(action, {
      ...{ request_id: request.request_id, request_kind: request.kind, gate: request.gate.name },
      ...{ roles: request.gate.escalate_roles, by: who === null ? 'clock' : 'person', ...person },
      ...{ assignee: request.assignee?.subject ?? null, respond_by: request.respond_by, escalated_at: at },
    }),
  );
}
