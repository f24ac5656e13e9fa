import type { EventMap } from '@countersign/events';
import type { ActionState, PartitionState, RequestState } from './state.js';

/** Records of the approval log, by name. */
export type LogName =
  | 'ActionDecided'
  | 'VoteCast'
  | 'PacketShown'
  | 'CancelRequested'
  | 'RedemptionRequested'
  | 'RevocationRequested'
  | 'BreakGlassRequested'
  | 'ReleaseRequested'
  | 'OutcomeFiled'
  | 'CustodyRequested'
  | 'EvidenceAttached'
  | 'FreezeRequested'
  | 'Ticked';
export type LogEvent = { [N in LogName]: { readonly name: N; readonly event: EventMap[N] } }[LogName];

/** One record of the approval log, in offset order. */
export type LogRecord = LogEvent & {
  /** LogAppendTime, UTC epoch milliseconds. */
  readonly timestampMs: number;
};

/** What the publisher makes public, by name. */
export type PublicName =
  | 'DecisionRecorded'
  | 'RequestOpened'
  | 'PacketOpened'
  | 'VoteRecorded'
  | 'VersionChanged'
  | 'CustodyChanged'
  | 'EvidenceRecorded'
  | 'RequestReminded'
  | 'RequestEscalated'
  | 'RequestResolved'
  | 'GlassBroken'
  | 'GrantIssued'
  | 'GrantRedeemed'
  | 'GrantRevoked'
  | 'GrantLapsed'
  | 'HoldChanged'
  | 'SampleLabelled'
  | 'ReviewCompared'
  | 'Refused'
  | 'FreezeChanged'
  | 'OutcomeRecorded';
export type PublicEvent = { [N in PublicName]: { readonly name: N; readonly event: EventMap[N] } }[PublicName];

/** Why the fold refuses; each is a problem code of the API. */
export type RefusalCode =
  | 'internal'
  | 'not_found'
  | 'forbidden'
  | 'duplicate_request'
  | 'not_eligible'
  | 'already_voted'
  | 'already_terminal'
  | 'break_glass_not_allowed'
  | 'stale_packet'
  | 'unseen'
  | 'not_a_batch'
  | 'batch_outlier'
  | 'frozen'
  | 'vote_not_offered'
  | 'reason_required'
  | 'too_fast'
  | 'parameters_required'
  | 'too_many'
  | 'edit_denied_by_policy'
  | 'unknown_grant'
  | 'action_digest_mismatch'
  | 'revoked'
  | 'already_consumed'
  | 'expired'
  | 'precondition_changed'
  | 'not_held'
  | 'release_too_late'
  | 'already_claimed'
  | 'not_claimed'
  | 'already_assigned'
  | 'already_escalated'
  | 'no_escalation'
  | 'custody_full'
  | 'evidence_required'
  | 'evidence_full'
  | 'already_attached';

export interface Refusal {
  readonly code: RefusalCode;
  /** Rule behind `not_eligible`: `self`, `operator`, `role`, `excluded`, `stage` or `recused`; with `batch_outlier`: why it is one. */
  readonly rule: string | null;
  /** With `too_fast`: seconds until the same vote is taken, 1 or more. */
  readonly retry_after_s?: number;
}

/** The answer to whoever appended the record. */
export interface Answer {
  readonly code: 'ok' | RefusalCode;
  readonly rule: string | null;
  /** Log time at which the call was first judged, UTC epoch milliseconds. */
  readonly at: number;
  /** true when an earlier record with the same client_request_id was judged. */
  readonly repeated: boolean;
  /** With `too_fast`: seconds from `at` until the same vote is taken, 1 or more. */
  readonly retry_after_s?: number;
}

/** A record that may not take effect at all: a dead letter. */
export interface Rejection {
  readonly reason: 'too_old' | 'invalid_decision' | 'internal';
  readonly detail: string;
}

/** What one record brought about. */
export interface Facts {
  /** Empty unless the state publishes. */
  readonly events: readonly PublicEvent[];
  /** Ids of the actions that are not what they were before. */
  readonly touched: ReadonlySet<string>;
  readonly answer: Answer;
  readonly rejected: Rejection | null;
}

/** One step of the fold: the state, its log time and what has happened so far in this step. */
export interface Turn {
  readonly state: PartitionState;
  readonly now: number;
  readonly events: PublicEvent[];
  readonly touched: Set<string>;
  /** What could not be done because of a bug of ours, without payload. */
  readonly faults: string[];
}

/**
 * Notes a fact about an action. The event is built at once, from the state of this moment, and only where somebody
 * publishes: most instances only judge, and building events would be most of their work.
 */
export function publish<N extends PublicName>(
  turn: Turn,
  name: N,
  action: ActionState,
  build: () => EventMap[N],
): void {
  turn.touched.add(action.decided.action_id);
  if (!turn.state.publishes) return;
  try {
    turn.events.push({ name, event: build() } as PublicEvent);
  } catch (fault) {
    // Instances that only judge build no events, so what they judge must not depend on it.
    turn.faults.push(`${name} could not be published (${(fault as Error).name})`);
  }
}

export const refuse = (code: RefusalCode, rule: string | null = null): Refusal => ({ code, rule });

/**
 * The fields that every public event about an action begins with, and the event's own. Assigned, not spread: V8 takes
 * fifty times as long to spread an object of this size and then add to it.
 */
export const about = <T extends object>(action: ActionState, own: T) => Object.assign(common(action), own);

const common = ({ decided, decided_at }: ActionState) => ({
  tenant: decided.tenant,
  action_id: decided.action_id,
  run_id: decided.run_id,
  agent_id: decided.agent_id,
  action_type: decided.action_type,
  environment: decided.environment,
  agent_version: decided.agent_version,
  model_id: decided.model_id,
  submitted_at: decided.submitted_at,
  decided_at,
});

/** The request of an action by its id; null when it has no such request. */
export function requestOf({ request, audit }: ActionState, request_id: string): RequestState | null {
  if (request?.request_id === request_id) return request;
  return audit?.request_id === request_id ? audit : null;
}

/** The action that a record is about; null when it is unknown, forgotten or another tenant's. */
export function actionOf(turn: Turn, record: { tenant: string; action_id: string }): ActionState | null {
  const action = turn.state.actions.get(record.action_id);
  return action !== undefined && action.decided.tenant === record.tenant ? action : null;
}
