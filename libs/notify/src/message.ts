import { canonicalize } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { isEvent } from '@countersign/events';
import type { Decoded, RequestOpened, RequestResolved, VersionChanged } from '@countersign/events';

export const MESSAGE_TYPES = ['request.opened', 'request.changed', 'request.resolved', 'endpoint.test'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

type Members = { readonly [member: string]: JsonValue };

/** What a webhook sends, and what the other kinds are drawn from. */
export interface Message {
  readonly type: MessageType;
  /** RFC 3339 UTC: when it happened. */
  readonly timestamp: string;
  readonly data: Members;
}

type Told = RequestOpened | RequestResolved | VersionChanged;
const instant = (ms: number): string => new Date(ms).toISOString();

const about = ({ tenant, action_id, run_id, agent_id, ...event }: Told): Members => ({
  ...{ tenant, action_id, run_id, agent_id, agent_version: event.agent_version, model_id: event.model_id },
  ...{ action_type: event.action_type, environment: event.environment, gate: event.gate },
  ...{ request_id: event.request_id, approvals_required: event.approvals_required },
});

const amountOf = ({ amount_value: value, amount_currency: currency }: RequestOpened | VersionChanged): JsonValue =>
  value === null || currency === null ? null : { value, currency };

function opened(event: RequestOpened): Message {
  const { request_kind, roles, respond_by, expires_at } = event;
  const deadlines = { respond_by: instant(respond_by), expires_at: instant(expires_at) };
  const data = { ...about(event), request_kind, roles: [...roles], amount: amountOf(event), ...deadlines };
  return { type: 'request.opened', timestamp: instant(event.opened_at), data };
}

const changed = (event: VersionChanged): Message => ({
  type: 'request.changed',
  timestamp: instant(event.changed_at),
  data: { ...about(event), amount: amountOf(event), changed_by: event.reviewer_id },
});

function resolved(event: RequestResolved): Message {
  const { request_kind, status, resolved_by, reviewer_id, approvals_given } = event;
  const data = { ...about(event), request_kind, status, resolved_by, reviewer_id, approvals_given };
  return { type: 'request.resolved', timestamp: instant(event.resolved_at), data: { ...data, changed: event.changed } };
}

/**
 * What people are told of a public event; null for one that they are not told of. Parameters and rationale stay where
 * the reader is signed in.
 * @param pageUrl address of the reviewers' page, without a trailing slash
 */
export function messageOf(decoded: Decoded, pageUrl: string): Message | null {
  const message = told(decoded);
  if (message === null) return null;
  const url = `${pageUrl}/requests/${encodeURIComponent(String(message.data['request_id']))}`;
  return { ...message, data: { ...message.data, url } };
}

function told(decoded: Decoded): Message | null {
  if (isEvent(decoded, 'RequestOpened')) return opened(decoded.event);
  if (isEvent(decoded, 'VersionChanged')) return changed(decoded.event);
  return isEvent(decoded, 'RequestResolved') ? resolved(decoded.event) : null;
}

/** A message that says nothing but that messages arrive. */
export const testMessage = (tenant: string, pageUrl: string, nowMs: number): Message => ({
  type: 'endpoint.test',
  timestamp: instant(nowMs),
  data: { tenant, url: `${pageUrl}/` },
});

/** The bytes that are signed and sent: RFC 8785, the same at every attempt. */
export const messageText = (message: Message): string => canonicalize(message as unknown as JsonValue);
