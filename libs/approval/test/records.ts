import { actionDigest, canonicalize, derivedId, digestOf, LIMITS } from '@countersign/canonical';
import { encode } from '@countersign/events';
import type { ActionDecided, ActionProposed, Edit, EventMap, Gate } from '@countersign/events';
import { buildPacket, decisionOfKind, packetDigest } from '../src/index.js';
import type { LogName, LogRecord, RequestKind } from '../src/index.js';

/** Where simulated logs begin. */
export const T0 = Date.UTC(2026, 5, 19, 9);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const gate = (overrides: Partial<Gate> = {}): Gate => ({
  ...{ name: 'finance-two-person', pattern: 'threshold', quorum: 2, deny_quorum: 1, roles: ['finance'], exclude: [] },
  ...{
    reason: 'never',
    reason_min_length: 1,
    respond_s: 3600,
    expire_s: 86_400,
    grant_ttl_s: 86_400,
    token_audience: null,
  },
  ...{ thresholds: [], factors: [], people: [], evidence: [], hold: false, reason_fast_s: null, batch_fields: [] },
  ...{ stages: [], remind_s: [], escalate_s: null, escalate_roles: [], assign: 'pool', claim_s: 900 },
  ...{ min_dwell_s: null, batch_max: 50, review_rate: null, break_glass_s: null },
  ...{ permit: [], reason_presets: [], all: [] },
  ...overrides,
});

export const proposed = (id: string, overrides: Partial<ActionProposed> = {}): ActionProposed => {
  const action = {
    ...{
      tenant: 'acme',
      action_id: `act_${id}`,
      run_id: 'run-1',
      agent_id: 'refund-agent',
      agent_version: 'v1',
      model_id: 'm',
    },
    ...{ idempotency_key: id, action_type: 'refund', environment: 'production', on_behalf_of: 'customer:812' },
    ...{ target: 'order:1', parameters: '{"amount":{"currency":"USD","value":"6000.00"}}', before: null, after: null },
    ...{
      before_stated_by: 'agent',
      after_stated_by: 'agent',
      diff: null,
      diff_truncated: false,
      rationale: 'lost',
      confidence: 0.9,
      signals: null,
    },
    ...{
      context: null,
      preconditions: null,
      attestations: null,
      sensitive: [],
      supersedes: null,
      reverses: null,
      respond_within_s: null,
      amount_value: '6000.00',
    },
    ...{ amount_currency: 'USD', operators: ['oli'], body_hash: digestOf(id), submitted_via: 'http', submitted_at: T0 },
    ...overrides,
  };
  return { ...action, digest: digestOfVersion(action, action.parameters) };
};

type Digested = Omit<ActionProposed, 'digest'>;
const digestOfVersion = (action: Digested, parameters: string): string =>
  actionDigest({
    ...action,
    parameters: JSON.parse(parameters),
    preconditions: JSON.parse(action.preconditions ?? 'null'),
  });

/** A decision that asks for people, unless the overrides say otherwise. */
export function decided(action: ActionProposed, overrides: Partial<ActionDecided> = {}): ActionDecided {
  const { tenant, action_id, run_id, agent_id, action_type, environment, agent_version, model_id } = action;
  const { on_behalf_of, operators, digest, body_hash, submitted_at, respond_within_s } = action;
  const decision: ActionDecided = {
    ...{
      tenant,
      action_id,
      run_id,
      agent_id,
      action_type,
      environment,
      agent_version,
      model_id,
      on_behalf_of,
      operators,
    },
    ...{ digest, body_hash, submitted_at, respond_within_s, proposed_at: submitted_at },
    ...{ action: encode('ActionProposed', action), decision_id: derivedId('dec', action_id) },
    ...{ policy_decision: 'require_approval', effective_decision: 'require_approval', mode: 'enforce', bypass: null },
    ...{ policy_name: 'refunds', policy_version: 1, rule: 'large', impact: 'high', reversibility: 'high' },
    ...{
      regulatory_pressure: 'high',
      unknown: [],
      explanation: '[]',
      gate: gate(),
      grant_ttl_s: 3600,
      remember_s: 691_200,
    },
    ...{ request_id: derivedId('req', action_id), grant_id: derivedId('grant', action_id), packet_digest: null },
    ...{
      advisory_gate: null,
      shadows: [],
      segment: null,
      audit_gate: null,
      sample_probability: null,
      unproven: null,
      draw_key_id: null,
    },
    ...{ audit_request_id: null, audit_packet_digest: null, blind_review: false, break_glass_gate: null },
    denied_before: [],
    ...overrides,
  };
  const audit_request_id = decision.audit_gate === null ? null : derivedId('req', action_id, 'audit');
  const asked = { ...decision, audit_request_id };
  const digestFor = (kind: RequestKind): string | null => {
    const shown = decisionOfKind(asked, kind);
    return shown === null ? null : packetDigest(buildPacket(action, shown));
  };
  const packet_digest = digestFor(decision.effective_decision === 'allow' ? 'advisory' : 'approval');
  return { ...asked, packet_digest, audit_packet_digest: digestFor('audit') };
}

export const allowed = (action: ActionProposed, overrides: Partial<ActionDecided> = {}): ActionDecided =>
  decided(action, { policy_decision: 'allow', effective_decision: 'allow', gate: null, ...overrides });

/** An edit of the action to other parameters, decided again. */
export function edited(action: ActionProposed, parameters: unknown, overrides: Partial<Edit> = {}): Edit {
  const text = canonicalize(parameters);
  const digest = digestOfVersion(action, text);
  return {
    ...{ parameters: text, digest, packet_digest: digestOf(['packet', digest]), after: null, diff: null },
    ...{
      diff_truncated: false,
      amount_value: null,
      amount_currency: null,
      policy_decision: 'require_approval',
      rule: 'large',
      explanation: '[]',
      audit_packet_digest: null,
    },
    denied_before: [],
    ...{ unknown: [], impact: 'high', reversibility: 'high', regulatory_pressure: 'high' },
    gate: gate(),
    ...overrides,
  };
}

type Loose<N extends LogName> = Partial<EventMap[N]>;
const ids = (action: ActionProposed) => ({ tenant: action.tenant, action_id: action.action_id, run_id: action.run_id });
const person = (subject: string) => ({ issuer: 'https://idp', subject, roles: ['finance'] });
let calls = 0;
const call = (): string => `call-${(calls += 1)}`;

export const vote = (
  action: ActionProposed,
  subject: string,
  overrides: Loose<'VoteCast'> = {},
): EventMap['VoteCast'] => {
  const client_request_id = overrides.client_request_id ?? call();
  const request_id = derivedId('req', action.action_id);
  const body = {
    ...{
      vote: 'approve' as const,
      reason: null,
      edit: null,
      ...{ batch_id: null, batch: null, batch_approvals: null },
      release_at: null,
      packet_digest: overrides.packet_digest ?? decided(action).packet_digest ?? '',
    },
    ...{
      ...ids(action),
      request_id,
      client_request_id,
      vote_id: derivedId('vote', request_id, subject, client_request_id),
    },
    ...person(subject),
    ...overrides,
  };
  return { ...body, body_hash: overrides.body_hash ?? digestOf({ ...body, batch_id: null }) };
};

export const redemption = (
  action: ActionProposed,
  overrides: Loose<'RedemptionRequested'> = {},
): EventMap['RedemptionRequested'] => {
  const body = {
    ...{
      ...ids(action),
      client_request_id: call(),
      grant_id: derivedId('grant', action.action_id),
      executor_id: 'payments',
    },
    ...{
      action_digest: action.digest,
      environment: action.environment,
      preconditions: null,
      diff_digest: null,
      token_expires_at: T0 + 30 * DAY,
    },
    ...overrides,
  };
  const { grant_id, executor_id, action_digest, environment, preconditions } = body;
  return { ...body, body_hash: digestOf({ grant_id, executor_id, action_digest, environment, preconditions }) };
};

export const cancel = (action: ActionProposed): EventMap['CancelRequested'] => ({
  ...ids(action),
  ...{ client_request_id: call(), agent_id: action.agent_id, reason: null },
});

export const revocation = (
  action: ActionProposed,
  overrides: Loose<'RevocationRequested'> = {},
): EventMap['RevocationRequested'] => ({
  ...{ ...ids(action), client_request_id: call(), grant_id: derivedId('grant', action.action_id), reason: null },
  ...{ ...person('max'), roles: ['admin'] },
  ...overrides,
});

/** A person lets a held action go or takes it back. */
export const release = (
  action: ActionProposed,
  subject: string,
  overrides: Loose<'ReleaseRequested'> = {},
): EventMap['ReleaseRequested'] => {
  const body = {
    ...{ ...ids(action), client_request_id: call(), request_id: derivedId('req', action.action_id) },
    ...{ ...person(subject), recall: false, release_at: null, reason: null, ...overrides },
  };
  const { recall, release_at, reason } = body;
  return { ...body, body_hash: overrides.body_hash ?? digestOf({ recall, release_at, reason }) };
};

/** What somebody does with a request beside voting: claim, give back, hand on, step aside, escalate, comment. */
export const custody = (
  action: ActionProposed,
  verb: EventMap['CustodyRequested']['verb'],
  subject: string,
  overrides: Loose<'CustodyRequested'> = {},
): EventMap['CustodyRequested'] => {
  const body = {
    ...{ ...ids(action), client_request_id: call(), request_id: derivedId('req', action.action_id), verb },
    ...{ ...person(subject), to_subject: null, to_issuer: null, to_roles: null, text: null },
    reason: verb === 'claim' || verb === 'release' || verb === 'comment' ? null : 'why not',
    ...overrides,
  };
  const { to_subject, to_issuer, reason, text } = body;
  return { ...body, body_hash: overrides.body_hash ?? digestOf({ verb, to_subject, to_issuer, reason, text }) };
};

/** A person of finance attaches a file, or with `as_agent` the agent does. */
export const attached = (
  action: ActionProposed,
  subject: string,
  overrides: Loose<'EvidenceAttached'> = {},
): EventMap['EvidenceAttached'] => {
  const client_request_id = overrides.client_request_id ?? call();
  const body = {
    ...{ ...ids(action), client_request_id, request_id: derivedId('req', action.action_id) },
    ...{ attachment_id: derivedId('att', action.action_id, subject, client_request_id), kind: 'invoice' },
    ...{ name: 'invoice.pdf', media_type: 'application/pdf', size_bytes: 1000, sha256: digestOf(client_request_id) },
    ...{ ...person(subject), as_agent: false },
    ...overrides,
  };
  const { request_id, kind, name, media_type, sha256 } = body;
  return { ...body, body_hash: overrides.body_hash ?? digestOf({ request_id, kind, name, media_type, sha256 }) };
};

/** As the agent that proposed the action. */
export const attachedByAgent = (
  action: ActionProposed,
  overrides: Loose<'EvidenceAttached'> = {},
): EventMap['EvidenceAttached'] =>
  attached(action, action.agent_id, { issuer: null, roles: [], as_agent: true, ...overrides });

/** What the service does when it chooses whom to ask. */
export const assignment = (
  action: ActionProposed,
  to_subject: string,
  overrides: Loose<'CustodyRequested'> = {},
): EventMap['CustodyRequested'] =>
  custody(action, 'assign', 'assignment', { issuer: 'countersign', roles: [], to_subject, ...overrides });

/** An answer to the audit of a sampled action. */
export const finding = (
  decision: ActionDecided,
  subject: string,
  overrides: Loose<'VoteCast'> = {},
): EventMap['VoteCast'] => {
  const action = proposed(decision.action_id.slice('act_'.length));
  const { audit_request_id, audit_packet_digest } = decision;
  const asked = { request_id: audit_request_id ?? '', packet_digest: audit_packet_digest ?? '' };
  return vote(action, subject, { ...asked, vote: 'harmless', reason: 'looked at it', ...overrides });
};

export const outcome = (action: ActionProposed, status = 'executed'): EventMap['OutcomeFiled'] => {
  const client_request_id = call();
  const report = { status, result: '{"ok":true}', post_checks: null, occurred_at: null };
  const by = { reported_by: action.agent_id, by_executor: false };
  return { ...ids(action), ...by, ...report, client_request_id, body_hash: digestOf(report) };
};

export const freeze = (overrides: Loose<'FreezeRequested'> = {}): EventMap['FreezeRequested'] => ({
  ...{ tenant: 'acme', client_request_id: call(), freeze_id: 'frz_1', frozen: true, agent_id: null, action_type: null },
  ...{ ...person('max'), roles: ['admin'], reason: 'stop' },
  ...overrides,
});

export const shown = (action: ActionProposed, subject: string): EventMap['PacketShown'] => ({
  ...{ ...ids(action), client_request_id: call(), request_id: derivedId('req', action.action_id) },
  ...{ batch: null, outlier: null },
  ...{ ...person(subject), packet_digest: decided(action).packet_digest ?? '' },
});

/** The event as a record of the log at T0 plus `after` milliseconds. */
export const at = <N extends LogName>(after: number, name: N, event: EventMap[N]): LogRecord =>
  ({ name, event, timestampMs: T0 + after }) as unknown as LogRecord;

export const tick = (after: number): LogRecord => at(after, 'Ticked', { tenant: '', client_request_id: '' });

/** As a row of rules: so many changes of one action, each by somebody else on what the one before made, and one more. */
export function manyEdits(action: ActionProposed, decision: ActionDecided) {
  const nth = (n: number): LogRecord => {
    const packet_digest = n === 1 ? (decision.packet_digest ?? '') : edited(action, { amount: n - 1 }).packet_digest;
    const edit = edited(action, { amount: n });
    return at(60_000, 'VoteCast', vote(action, `person-${n}`, { vote: 'approve_with_changes', edit, packet_digest }));
  };
  const given = [
    at(0, 'ActionDecided', decision),
    ...Array.from({ length: LIMITS.edits - 1 }, (_item, i) => nth(i + 1)),
  ];
  const [allowed, refused] = [nth(LIMITS.edits), nth(LIMITS.edits + 1)];
  return {
    name: 'vote: not the 21st change',
    given,
    allowed,
    refused,
    unless: [allowed],
    why: 'too_many',
    attempt: 'vote',
  };
}
