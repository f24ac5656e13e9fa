import { note } from './custody-state.js';
import { votingRoles } from './eligibility.js';
import { escalate } from './escalate.js';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { publishCustody } from './publish-custody.js';
import type { ActionState, PartitionState, RequestState } from './state.js';

/** A clock of a pending request besides expiry. */
interface Alarm {
  /** When it goes off, UTC epoch milliseconds of log time. */
  readonly at: number;
  readonly ring: (turn: Turn, action: ActionState, request: RequestState, at: number) => void;
}

/** Puts the next clock of a pending request on the heap; what would come after its end is left out. */
export function scheduleAlarm(state: PartitionState, action: ActionState, request: RequestState): void {
  const next = nextAlarm(request);
  if (next === null || request.paused_at !== null || next.at >= request.expires_at) return;
  state.deadlines.push({ at: next.at, what: request.kind === 'audit' ? 'alarm_audit' : 'alarm', action });
}

/** True when the entry on the heap is still the next clock of this request: only then it goes off, so it does once. */
export const isAlarmDue = (request: RequestState | null, at: number): request is RequestState =>
  request?.status === 'pending' && request.paused_at === null && nextAlarm(request)?.at === at;

/** Lets everything go off that this request has at this moment, and looks for what comes next. */
export function ringAlarm(turn: Turn, action: ActionState, request: RequestState, at: number): void {
  for (let next = nextAlarm(request); next !== null && next.at <= at; next = nextAlarm(request)) {
    next.ring(turn, action, request, next.at);
  }
  scheduleAlarm(turn.state, action, request);
}

/** The earliest clock that has not gone off; at one moment claims lapse first, then reminders, then escalation. */
function nextAlarm(request: RequestState): Alarm | null {
  const { claim_until } = request;
  const remindAt = nextReminder(request);
  const escalateAt = escalation(request);
  const at = Math.min(claim_until ?? Infinity, remindAt, escalateAt);
  if (at === Infinity) return null;
  if (at === claim_until) return { at, ring: lapseClaim };
  return { at, ring: at === remindAt ? remind : byClock };
}

// An agent in a hurry makes people hear sooner of it. Who else may vote is the gate's alone.
function nextReminder({ clocks, reminders, opened_at, paused_ms, pace }: RequestState): number {
  const after_s = clocks.remind_s[reminders];
  return after_s === undefined ? Infinity : opened_at + paused_ms + Math.floor(after_s * 1000 * pace);
}

const escalation = ({ clocks: { escalate_s }, escalated_at, opened_at, paused_ms }: RequestState): number =>
  escalate_s === null || escalated_at !== null ? Infinity : opened_at + paused_ms + escalate_s * 1000;

function remind(turn: Turn, action: ActionState, request: RequestState, at: number): void {
  request.reminders += 1;
  const nth = request.reminders;
  note(request, { what: 'remind', at, nth });
  publish(turn, 'RequestReminded', action, () =>
    about(action, {
      ...{ request_id: request.request_id, request_kind: request.kind, gate: request.gate.name },
      ...{ nth, of: request.clocks.remind_s.length, assignee: request.assignee?.subject ?? null },
      ...{ claimed_by: request.claimed_by?.subject ?? null, roles: votingRoles(request) },
      ...{ respond_by: request.respond_by, reminded_at: at },
    }),
  );
}

const byClock = (turn: Turn, action: ActionState, request: RequestState, at: number): void =>
  escalate(turn, action, request, { at, who: null, reason: null });

/** Nobody looks at the request any more. The clock that comes next may never have been the first one before. */
export function endClaim(state: PartitionState, action: ActionState, request: RequestState): void {
  request.claimed_by = null;
  request.claimed_at = null;
  request.claim_until = null;
  scheduleAlarm(state, action, request);
}

function lapseClaim(turn: Turn, action: ActionState, request: RequestState, at: number): void {
  const { claimed_by } = request;
  endClaim(turn.state, action, request);
  if (claimed_by === null) return;
  const { subject } = claimed_by;
  const issuer = claimed_by.issuer ?? '';
  note(request, { what: 'claim_lapsed', at, issuer, subject });
  publishCustody(turn, action, request, { verb: 'claim_lapsed', at, issuer, subject });
}
