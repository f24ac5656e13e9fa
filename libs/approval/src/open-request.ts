import type { Gate } from '@countersign/events';
import { scheduleAlarm } from './alarms.js';
import { openCustody } from './custody-state.js';
import { evidenceDigest } from './evidence.js';
import { NO_EVIDENCE } from './evidence-state.js';
import type { Attachment } from './evidence-state.js';
import { about, publish } from './facts.js';
import type { Turn } from './facts.js';
import { isFrozen } from './freeze.js';
import { approvalsOf } from './gate.js';
import { proposalOf } from './proposal.js';
import { schedule } from './schedule.js';
import { HOUR_MS } from './state.js';
import type { ActionState, RequestKind, RequestState } from './state.js';

/** How long advice is asked for, milliseconds. */
const ADVISORY_MS = 7 * 24 * HOUR_MS;

export interface NewRequest {
  readonly kind: RequestKind;
  readonly request_id: string;
  readonly gate: Gate;
  readonly digest: string;
  /** Digest of its packet without attachments. */
  readonly packet_digest: string;
  /** What was attached to the request that was approved; none unless stated. */
  readonly attachments?: readonly Attachment[];
}

/** Opens a request of an action. */
export function openRequest({ state, now }: Turn, action: ActionState, fresh: NewRequest): RequestState {
  const { kind, request_id, gate, digest, packet_digest: base_digest, attachments = NO_EVIDENCE } = fresh;
  const respond_s = respondSeconds(action, fresh);
  const request: RequestState = Object.assign(openCustody(gate, paceOf(respond_s, gate)), {
    request_id,
    kind,
    status: 'pending' as const,
    gate,
    digest,
    base_digest,
    packet_digest: evidenceDigest(base_digest, attachments),
    attachments,
    opened_at: now,
    respond_by: now + respond_s * 1000,
    expires_at: expiryOf(action, fresh, now),
    paused_at: isFrozen(state, action) ? now : null,
    paused_ms: 0,
    votes: [],
    end: null,
    ...{ shown: null, rows: null },
  });
  state.requests.set(request_id, action);
  state.pending.set(request_id, action);
  schedule(state, action, kind === 'audit' ? 'expire_audit' : 'expire', request);
  scheduleAlarm(state, action, request);
  return request;
}

const paceOf = (asked_s: number, { respond_s }: Gate): number => (respond_s > 0 ? asked_s / respond_s : 1);

/** The agent may shorten the gate's time to respond, never lengthen it; an audit is none of its business. */
function respondSeconds({ decided }: ActionState, { kind, gate: { respond_s } }: NewRequest): number {
  return kind === 'audit' ? respond_s : Math.min(respond_s, decided.respond_within_s ?? respond_s);
}

function expiryOf({ decided }: ActionState, { kind, gate: { expire_s } }: NewRequest, now: number): number {
  if (kind === 'advisory') return now + ADVISORY_MS;
  return (kind === 'audit' ? now : decided.submitted_at) + expire_s * 1000;
}

/** Opens the audit of an approved action that was sampled, on the version that the approval releases. */
export function openAudit(turn: Turn, action: ActionState): void {
  const { audit_gate: gate, audit_request_id: request_id } = action.decided;
  const version = action.versions.at(-1)?.edit;
  const packet_digest = (version ?? action.decided).audit_packet_digest;
  if (gate === null || request_id === null || packet_digest === null) return;
  askAuditor(turn, action, { request_id, gate, packet_digest });
}

/** Opens the one audit of an action, on the version that is released. */
export function askAuditor(turn: Turn, action: ActionState, asked: Omit<NewRequest, 'kind' | 'digest'>): void {
  const { digest } = action.versions.at(-1)?.edit ?? action.decided;
  const { attachments = NO_EVIDENCE } = action.request ?? {};
  action.audit = openRequest(turn, action, { kind: 'audit', digest, attachments, ...asked });
  publishOpened(turn, action, action.audit);
}

export function publishOpened(turn: Turn, action: ActionState, request: RequestState): void {
  publish(turn, 'RequestOpened', action, () => opened(action, request));
}

function opened(action: ActionState, request: RequestState) {
  const { amount_value, amount_currency } = action.versions.at(-1)?.edit ?? proposalOf(action);
  return about(action, {
    request_id: request.request_id,
    request_kind: request.kind,
    gate: request.gate.name,
    packet_digest: request.packet_digest,
    approvals_required: approvalsOf(request).required,
    roles: request.gate.roles,
    opened_at: request.opened_at,
    respond_by: request.respond_by,
    expires_at: request.expires_at,
    ...{ amount_value, amount_currency },
    blind_review: request.kind === 'audit' && action.decided.blind_review,
  });
}
