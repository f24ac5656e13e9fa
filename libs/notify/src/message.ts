import { canonicalize } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type {
  CustodyChanged,
  Decoded,
  EventMap,
  EventName,
  FreezeChanged,
  GlassBroken,
  RequestEscalated,
  RequestOpened,
  RequestReminded,
  RequestResolved,
  VersionChanged,
} from '@countersign/events';

export const MESSAGE_TYPES = [
  'request.opened',
  'request.changed',
  'request.assigned',
  'request.reminded',
  'request.escalated',
  'request.resolved',
  'glass.broken',
  'freeze.changed',
  'endpoint.test',
] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

type Members = { readonly [member: string]: JsonValue };

/** What a webhook sends, and what the other kinds are drawn from. */
export interface Message {
  readonly type: MessageType;
  /** RFC 3339 UTC: when it happened. */
  readonly timestamp: string;
  readonly data: Members;
}

type OfRequest =
  RequestOpened | RequestResolved | VersionChanged | RequestReminded | RequestEscalated | CustodyChanged | GlassBroken;
const instant = (ms: number): string => new Date(ms).toISOString();

const about = ({ tenant, action_id, run_id, agent_id, ...event }: OfRequest): Members => ({
  ...{ tenant, action_id, run_id, agent_id, agent_version: event.agent_version, model_id: event.model_id },
  ...{ action_type: event.action_type, environment: event.environment, gate: event.gate },
  ...{ request_id: event.request_id },
});

const amountOf = ({ amount_value: value, amount_currency: currency }: RequestOpened | VersionChanged): JsonValue =>
  value === null || currency === null ? null : { value, currency };

function opened(event: RequestOpened): Message {
  const { request_kind, roles, respond_by, expires_at, approvals_required } = event;
  const deadlines = { respond_by: instant(respond_by), expires_at: instant(expires_at) };
  const asked = { request_kind, approvals_required, roles: [...roles], amount: amountOf(event) };
  const data = { ...about(event), ...asked, ...deadlines };
  return { type: 'request.opened', timestamp: instant(event.opened_at), data };
}

const changed = (event: VersionChanged): Message => ({
  type: 'request.changed',
  timestamp: instant(event.changed_at),
  data: {
    ...about(event),
    ...{ approvals_required: event.approvals_required, amount: amountOf(event), changed_by: event.reviewer_id },
  },
});

function reminded(event: RequestReminded): Message {
  const { request_kind, nth, of, assignee, claimed_by, roles, respond_by } = event;
  const waiting = { request_kind, assignee, claimed_by, roles: [...roles], respond_by: instant(respond_by) };
  const data = { ...about(event), nth, of, ...waiting };
  return { type: 'request.reminded', timestamp: instant(event.reminded_at), data };
}

function escalated(event: RequestEscalated): Message {
  const { request_kind, assignee, roles, respond_by, by, subject: escalated_by } = event;
  const waiting = { request_kind, assignee, roles: [...roles], respond_by: instant(respond_by) };
  const data = { ...about(event), by, escalated_by, ...waiting };
  return { type: 'request.escalated', timestamp: instant(event.escalated_at), data };
}

/** Who got a request is told; what else happens to it in people's hands is read on the page. */
function assigned(event: CustodyChanged): Message | null {
  const { request_kind, verb, subject: assigned_by, to_subject: assignee } = event;
  if ((verb !== 'assign' && verb !== 'reassign') || assignee === null) return null;
  const data = { ...about(event), request_kind, assignee, assigned_by };
  return { type: 'request.assigned', timestamp: instant(event.at), data };
}

/** The reason stays where the reader is signed in. */
const broken = (event: GlassBroken): Message => ({
  type: 'glass.broken',
  timestamp: instant(event.broken_at),
  data: {
    ...about(event),
    ...{ broken_by: event.reviewer_id, grant_ttl_s: event.grant_ttl_s, review_request_id: event.review_request_id },
    ...{ approvals_required: event.approvals_required, approvals_given: event.approvals_given },
  },
});

/** Every partition says it; one of them is enough. */
function frozen(event: FreezeChanged): Message | null {
  if (event.partition !== 0) return null;
  const { tenant, freeze_id, agent_id, action_type, reviewer_id: changed_by } = event;
  const scope = { ...(agent_id !== null && { agent_id }), ...(action_type !== null && { action_type }) };
  const data = { tenant, freeze_id, frozen: event.frozen, ...scope, changed_by };
  return { type: 'freeze.changed', timestamp: instant(event.changed_at), data };
}

function resolved(event: RequestResolved): Message {
  const { request_kind, status, resolved_by, approvals_required, approvals_given } = event;
  // Who reviews it blind reads messages, too.
  const reviewer_id = event.blind_review ? null : event.reviewer_id;
  const approvals = { approvals_required, approvals_given };
  const data = { ...about(event), request_kind, status, resolved_by, reviewer_id, ...approvals };
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
  const { request_id } = message.data;
  const url = `${pageUrl}/${typeof request_id === 'string' ? `requests/${encodeURIComponent(request_id)}` : ''}`;
  return { ...message, data: { ...message.data, url } };
}

const MESSAGES: { readonly [N in EventName]?: (event: EventMap[N]) => Message | null } = {
  RequestOpened: opened,
  VersionChanged: changed,
  CustodyChanged: assigned,
  RequestReminded: reminded,
  RequestEscalated: escalated,
  RequestResolved: resolved,
  GlassBroken: broken,
  FreezeChanged: frozen,
};

const told = <N extends EventName>({ name, event }: Decoded<N>): Message | null => MESSAGES[name]?.(event) ?? null;

/** A message that says nothing but that messages arrive. */
export const testMessage = (tenant: string, pageUrl: string, nowMs: number): Message => ({
  type: 'endpoint.test',
  timestamp: instant(nowMs),
  data: { tenant, url: `${pageUrl}/` },
});

/** The bytes that are signed and sent: RFC 8785, the same at every attempt. */
export const messageText = (message: Message): string => canonicalize(message as unknown as JsonValue);
