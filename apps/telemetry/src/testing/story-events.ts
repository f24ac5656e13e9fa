import { derivedId } from '@countersign/canonical';
import type {
  ActionProposed,
  DecisionRecorded,
  RequestEscalated,
  RequestOpened,
  RequestResolved,
  SampleLabelled,
  VersionChanged,
  VoteRecorded,
} from '@countersign/events';
import type { ActionFacts } from './random-action.js';

/** What every public event repeats of its action. */
export interface Public {
  readonly tenant: string;
  readonly action_id: string;
  readonly run_id: string;
  readonly agent_id: string;
  readonly action_type: string;
  readonly environment: string;
  readonly agent_version: string;
  readonly model_id: string;
  readonly submitted_at: number;
  readonly decided_at: number;
}

/** What a story is about at the moment of an event. */
export interface Scene {
  readonly facts: Public;
  readonly action: ActionFacts;
  readonly key: string;
  readonly policy: { readonly name: string; readonly version: number };
  readonly request_id: string;
}

export const digestOf = (key: string): string => `sha256:${key}`;
const SHADOWS = [
  { policy_name: 'refunds', policy_version: 2, policy_decision: 'deny', rule: 'strict', gate: null },
] as const;
const bodyOf = (key: string): string => `sha256:body-${key}`;

export function proposed({ facts, action, key }: Scene): ActionProposed {
  const { decided_at: _unknown, ...proposal } = facts;
  const { amount_value, amount_currency } = action;
  return {
    ...proposal,
    ...{
      idempotency_key: key,
      on_behalf_of: null,
      target: null,
      parameters: `{"n":"${key}"}`,
      before: null,
      after: null,
    },
    ...{
      before_stated_by: 'agent',
      after_stated_by: 'agent',
      diff: null,
      diff_truncated: false,
      rationale: 'because',
      confidence: 0.5,
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
      amount_value,
      amount_currency,
    },
    ...{ operators: [], digest: digestOf(key), body_hash: bodyOf(key), submitted_via: 'http' },
  };
}

export function decided({ facts, action, key, policy, request_id }: Scene): DecisionRecorded {
  const { policy_decision, effective_decision, gate } = action;
  const gated = effective_decision === 'require_approval';
  const kind = action.request_kind;
  return {
    ...facts,
    ...{
      digest: digestOf(key),
      body_hash: bodyOf(key),
      decision_id: derivedId('dec', facts.action_id),
      policy_decision,
    },
    ...{ effective_decision, mode: action.mode as 'enforce', bypass: null },
    ...{ policy_name: policy.name, policy_version: policy.version, rule: null },
    ...{
      impact: 'high',
      reversibility: null,
      regulatory_pressure: null,
      unknown: [],
      explanation: '[]',
      gate,
      gate_pattern: null,
    },
    ...{ approvals_required: gated ? 1 : 0, request_id: kind && request_id, request_kind: kind, respond_by: null },
    ...{
      expires_at: null,
      sample_probability: null,
      shadows: SHADOWS,
      segment: 'share 25 %: in',
      unproven: null,
      draw_key_id: null,
      audit_request_id: null,
    },
  };
}

export const versionChanged = (scene: Scene, voided_votes: string[], changed_at: number): VersionChanged => ({
  ...scene.facts,
  ...{
    request_id: scene.request_id,
    gate: scene.action.gate,
    issuer: 'i',
    reviewer_id: 'ann',
    parameters: '{"n":"changed"}',
  },
  ...{
    digest: digestOf('changed'),
    packet_digest: 'p2',
    after: null,
    diff: null,
    diff_truncated: false,
    amount_value: null,
    amount_currency: null,
  },
  ...{ approvals_required: 2, voided_votes, changed_at },
});

export const escalated = ({ facts, request_id, action }: Scene, escalated_at: number): RequestEscalated => ({
  ...facts,
  ...{
    request_id,
    request_kind: 'approval',
    gate: action.gate,
    roles: ['lead'],
    by: 'clock',
    issuer: null,
    subject: null,
  },
  ...{ reason: null, assignee: null, respond_by: escalated_at, escalated_at },
});

export function resolved(scene: Scene, reviewer_id: string | null): RequestResolved {
  const { gate, approval_status, resolved_by, changed, opened_at, respond_by, paused_ms, resolved_at } = scene.action;
  return {
    ...scene.facts,
    ...{
      target: null,
      request_id: scene.request_id,
      request_kind: 'approval',
      gate,
      status: approval_status,
      resolved_by: resolved_by ?? '',
    },
    ...{ reviewer_id, reviewer_ids: reviewer_id ? [reviewer_id] : [], reason: null, changed, overridden: false },
    ...{
      digest: digestOf(changed ? 'changed' : scene.key),
      blind_review: false,
      earlier_digests: changed ? [digestOf(scene.key)] : [],
      approvals_required: 1,
      approvals_given: 1,
      opened_at: opened_at ?? 0,
    },
    ...{ respond_by: respond_by ?? 0, expires_at: 0, paused_ms, resolved_at: resolved_at ?? 0 },
  };
}

/** A request that binds nothing, from its opening to its end: none of it may show in what people decided. */
export function aside({ facts, action }: Scene, kind: 'advisory' | 'audit' | 'decoy', at: number): AsideEvents {
  const request_id = `req_${kind}_${facts.action_id}`;
  const common = { ...facts, request_id, request_kind: kind, gate: 'aside' };
  const times = { opened_at: at, respond_by: at + 1, expires_at: at + 2 };
  const approvals = { approvals_required: 7, approvals_given: 7, digest: digestOf('aside'), paused_ms: 1 };
  return {
    opened: {
      ...{ ...common, ...times, packet_digest: 'p9', approvals_required: 7, roles: ['auditor'] },
      ...{ amount_value: null, amount_currency: null, blind_review: false },
    },
    resolved: {
      target: null,
      ...{ ...common, ...times, ...approvals, status: kind === 'audit' ? 'answered' : 'denied', resolved_by: 'people' },
      earlier_digests: [],
      blind_review: false,
      ...{ reviewer_id: 'zoe', reviewer_ids: ['zoe'], reason: 'aside', changed: false, overridden: false },
      resolved_at: at + 1,
    },
    label: { request_id, labelled_by: 'zoe', issuer: 'i', note: 'looked', observed_at: action.resolved_at ?? at },
  };
}

interface AsideEvents {
  readonly opened: RequestOpened;
  readonly resolved: RequestResolved;
  readonly label: Pick<SampleLabelled, 'request_id' | 'labelled_by' | 'issuer' | 'note' | 'observed_at'>;
}

type Cast = Pick<
  VoteRecorded,
  'exception' | 'request_kind' | 'vote' | 'counted' | 'resolving' | 'vote_id' | 'reviewer_id' | 'shown_at' | 'voted_at'
>;

export const voted = ({ facts, action, request_id }: Scene, cast: Cast): VoteRecorded => ({
  ...facts,
  ...cast,
  ...{ request_id, gate: action.gate, issuer: 'i', role: 'finance', reason: null, packet_digest: 'p1', batch_id: null },
  ...{ approvals_given: 1, approvals_required: 1, opened_at: action.opened_at ?? facts.decided_at },
});
