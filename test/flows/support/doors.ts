import type { JsonValue } from '@countersign/canonical';

/** Which kind of credential opens a door. */
export type Callers = 'anyone' | 'service' | 'agent' | 'reviewer' | 'agent_or_reviewer' | 'agent_or_executor';

export interface Door {
  readonly callers: Callers;
  /** True when a person needs a role too, beside being of the tenant. */
  readonly role?: true;
  /**
   * What a caller of another tenant gets: `not_found` = 404 for an id of ours; `theirs` = an answer that holds nothing of
   * ours. Default: `not_found` where the path has an id, `theirs` elsewhere.
   */
  readonly stranger?: 'not_found' | 'theirs';
  /** A body that passes validation, so that the refusal is about the caller; `:name` stands for an id of tenant acme. */
  readonly body?: JsonValue;
  /** Ids in place of the usual ones of tenant acme, where a name means something else here. */
  readonly ids?: Readonly<Record<string, string>>;
  /** Query that passes validation, without the question mark. */
  readonly query?: string;
}

const packet_digest = `sha256:${'0'.repeat(64)}`;
const proposal: JsonValue = {
  run_id: 'of-a-stranger',
  ...{
    agent: { id: 'refund-agent', version: '1' },
    model: { id: 'm' },
    action_type: 'refund',
    environment: 'production',
  },
  parameters: {},
};
const reader: Door = { callers: 'reviewer' };
const admin: Door = { callers: 'reviewer', role: true };
const ann: Pick<Door, 'ids'> = { ids: { subject: 'ann' } };
const service: Door = { callers: 'service', body: {} };

/**
 * Who may call what: one line for each operation that a service publishes. A route that is not named here fails
 * `doors.flow.ts`; a new one needs its line, and a valid body when its id is looked up after the body is read.
 */
export const DOORS: Readonly<Record<string, Door>> = {
  'intake POST /v1/actions': { callers: 'agent', body: proposal },
  'intake GET /v1/actions': { callers: 'agent_or_reviewer' },
  'intake GET /v1/actions/{action_id}': { callers: 'agent_or_reviewer' },
  'intake GET /v1/actions/{action_id}/events': { callers: 'agent_or_reviewer' },
  'intake POST /v1/actions/{action_id}/cancel': { callers: 'agent', body: {} },
  'intake POST /v1/actions/{action_id}/outcome': { callers: 'agent_or_executor', body: { status: 'executed' } },
  'intake POST /v1/actions/{action_id}/attachments': { callers: 'agent', query: 'kind=invoice&name=a.json', body: {} },
  'intake POST /v1/actions/{action_id}/labels': {
    ...{ callers: 'reviewer', role: true },
    body: { label: 'harmless', source: 'audit', observed_at: '2025-06-19T00:00:00.000Z' },
  },

  'policy POST /internal/decide': service,
  'policy GET /v1/policies': reader,
  'policy POST /v1/policies/check': { callers: 'reviewer', body: { content: 'name: x' } },
  'policy POST /v1/policies/explain': {
    callers: 'reviewer',
    body: { action: { action_type: 'refund', environment: 'production' } },
  },
  'policy GET /v1/policies/reach': reader,
  'policy GET /v1/policies/explain/{action_id}': reader,
  'policy GET /v1/policies/{name}/versions/{version}': reader,
  'policy POST /v1/policies/{name}/versions': {
    ...{ callers: 'reviewer', role: true, stranger: 'theirs' },
    body: { content: ':policy' },
  },
  'policy GET /v1/policies/{name}/diff': { callers: 'reviewer', query: 'from=1&to=1' },
  'policy GET /v1/policies/{name}/reports': { callers: 'reviewer', stranger: 'theirs' },
  'policy GET /v1/policies/{name}/versions/{version}/change': reader,
  'policy POST /v1/policies/{name}/versions/{version}/state': {
    ...{ callers: 'reviewer', role: true },
    body: { state: 'shadow' },
  },
  'policy POST /v1/policies/{name}/versions/{version}/shadow-report': { callers: 'reviewer', role: true, body: {} },
  'policy POST /v1/policies/{name}/activate': {
    ...{ callers: 'reviewer', role: true },
    body: { version: 1, token: ':token' },
  },
  'policy POST /v1/policies/{name}/backtest': { callers: 'reviewer', role: true, body: { version: 1 } },

  'approval GET /.well-known/jwks.json': { callers: 'anyone' },
  'approval POST /v1/grants/redeem': {
    callers: 'agent_or_executor',
    body: { token: ':token', action_digest: packet_digest, environment: 'staging', request_id: 'stranger' },
  },
  'approval POST /v1/grants/{grant_id}/revoke': { callers: 'reviewer', role: true, body: {} },
  'approval GET /v1/requests': reader,
  'approval GET /v1/requests/events': reader,
  'approval GET /v1/requests/batches': reader,
  'approval GET /v1/requests/batches/{batch}': reader,
  'approval GET /v1/requests/{request_id}': reader,
  'approval POST /v1/requests/votes': {
    ...{ callers: 'reviewer', stranger: 'theirs' },
    body: { votes: [{ request_id: ':request_id', vote: 'approve', packet_digest }] },
  },
  'approval POST /v1/requests/{request_id}/votes': {
    ...{ callers: 'reviewer', role: true },
    body: { vote: 'approve', packet_digest, reason: 'seen' },
  },
  'approval POST /v1/requests/{request_id}/break-glass': {
    ...{ callers: 'reviewer', role: true },
    body: { packet_digest, reason: 'it cannot wait for two people' },
  },
  'approval POST /v1/requests/{request_id}/release': { callers: 'reviewer', role: true, body: {} },
  'approval POST /v1/requests/{request_id}/recall': { callers: 'reviewer', role: true, body: {} },
  'approval POST /v1/requests/{request_id}/attachments': { ...admin, query: 'kind=invoice&name=a.json', body: {} },
  'approval GET /v1/requests/{request_id}/attachments/{attachment_id}': reader,
  'approval GET /v1/requests/{request_id}/custody': reader,
  'approval POST /v1/requests/{request_id}/claim': { ...admin, body: {} },
  'approval POST /v1/requests/{request_id}/release-claim': { callers: 'reviewer', body: {} },
  'approval POST /v1/requests/{request_id}/reassign': { ...admin, body: { to_subject: 'bob', reason: 'away' } },
  'approval POST /v1/requests/{request_id}/recuse': { ...admin, body: { reason: 'mine' } },
  'approval POST /v1/requests/{request_id}/escalate': { ...admin, body: { reason: 'late' } },
  'approval POST /v1/requests/{request_id}/comments': { callers: 'reviewer', body: { text: 'hello' } },
  'approval GET /v1/reviewers': reader,
  'approval GET /v1/reviewers/{subject}': { callers: 'reviewer', ...ann },
  'approval POST /v1/reviewers/{subject}/absences': { ...admin, ...ann, body: { absences: [] } },
  'approval DELETE /v1/reviewers/{subject}': { ...admin, ...ann, stranger: 'theirs' },
  'approval PUT /v1/reviewers/{subject}': {
    ...{ ...admin, stranger: 'theirs', ids: { subject: 'newcomer' }, body: {} },
  },
  'approval GET /v1/notifications/endpoints': admin,
  'approval GET /v1/notifications/deliveries': admin,
  'approval POST /v1/notifications/deliveries/{delivery_id}/replay': admin,
  'approval POST /v1/notifications/endpoints/{endpoint_id}/test': admin,
  'approval POST /v1/notifications/endpoints/{endpoint_id}/enable': admin,
  'approval POST /v1/notifications/endpoints/{endpoint_id}/disable': admin,
  'approval GET /v1/freezes': reader,
  'approval POST /v1/freezes': { callers: 'reviewer', role: true, body: { agent_id: 'nobody-at-all' } },
  'approval DELETE /v1/freezes/{freeze_id}': { callers: 'reviewer', role: true },
  'approval POST /v1/freezes/{freeze_id}/lift': { callers: 'reviewer', role: true, body: {} },

  'telemetry GET /schemas/ids/{id}': { callers: 'anyone' },
  'telemetry GET /schemas/types': { callers: 'anyone' },
  'telemetry GET /schemas/ids/{id}/versions': { callers: 'anyone' },
  'telemetry GET /schemas/ids/{id}/subjects': { callers: 'anyone' },
  'telemetry GET /contexts': { callers: 'anyone' },
  'telemetry GET /subjects/{subject}/versions/{version}/referencedby': { callers: 'anyone' },
  'telemetry GET /mode': { callers: 'anyone' },
  'telemetry GET /mode/{subject}': { callers: 'anyone' },
  'telemetry GET /subjects/{subject}/versions/{version}/schema': { callers: 'anyone' },
  'telemetry POST /compatibility/subjects/{subject}/versions': { callers: 'anyone' },
  'telemetry GET /config': { callers: 'anyone' },
  'telemetry GET /config/{subject}': { callers: 'anyone' },
  'telemetry POST /subjects/{subject}': { callers: 'anyone' },
  'telemetry POST /subjects/{subject}/versions': { callers: 'anyone' },
  'telemetry POST /compatibility/subjects/{subject}/versions/{version}': { callers: 'anyone' },
  'telemetry GET /subjects': { callers: 'anyone' },
  'telemetry GET /subjects/{subject}/versions': { callers: 'anyone' },
  'telemetry GET /subjects/{subject}/versions/{version}': { callers: 'anyone' },
  'telemetry GET /v1/audit/runs/{run_id}': reader,
  'telemetry GET /v1/audit/actions': reader,
  'telemetry GET /v1/dead-letters': admin,
  'telemetry GET /v1/dead-letters/{dead_letter_id}': admin,
  'telemetry POST /v1/dead-letters/{dead_letter_id}/replay': admin,
  'telemetry GET /v1/metrics': reader,
};

/** Routes of the services alone; no document names them. */
export const HIDDEN_DOORS: Readonly<Record<string, Door>> = {
  'approval POST /internal/known': { ...service, body: { actions: [{ tenant: 'acme', action_id: ':action_id' }] } },
  'approval GET /internal/actions': { callers: 'service', query: 'tenant=acme' },
  'approval GET /internal/actions/{action_id}': { callers: 'service', query: 'tenant=acme' },
  'approval POST /internal/actions/{action_id}/cancel': service,
  'approval POST /internal/actions/{action_id}/outcome': service,
  'approval POST /internal/actions/{action_id}/attachments': {
    ...service,
    query: 'tenant=acme&agent_id=refund-agent&client_request_id=k&kind=invoice&name=a.json',
  },
  'approval GET /internal/stats': { callers: 'service' },
};
