import type { JsonValue } from '@countersign/canonical';

/** A row of `audit`, as far as it is shown; decimals are text, times RFC 3339. */
export interface AuditRow {
  readonly tenant: string;
  readonly run_id: string;
  readonly action_id: string;
  readonly agent_id: string;
  readonly agent_version: string;
  readonly model_id: string;
  readonly action_type: string;
  readonly environment: string;
  readonly on_behalf_of: string | null;
  readonly target: string | null;
  readonly supersedes: string | null;
  readonly digest: string;
  readonly input: string | null;
  readonly diff: string | null;
  readonly rationale: string | null;
  readonly confidence: number | null;
  readonly decision_id: string;
  readonly policy_decision: string;
  readonly effective_decision: string;
  readonly mode: string;
  readonly bypass: string | null;
  readonly policy_name: string;
  readonly policy_version: number;
  readonly rule: string | null;
  readonly gate: string | null;
  readonly impact: string | null;
  readonly reversibility: string | null;
  readonly regulatory_pressure: string | null;
  readonly unknown: readonly string[];
  readonly explanation: string;
  readonly request_id: string | null;
  readonly approval_status: string;
  readonly resolved_by: string | null;
  readonly reviewer_id: string | null;
  readonly timestamp: string | null;
  readonly reason: string | null;
  readonly approvals_required: number;
  readonly approvals_given: number;
  readonly changed: boolean;
  readonly overridden: boolean;
  readonly effective_input: string | null;
  readonly effective_diff: string | null;
  readonly effective_digest: string;
  readonly grant_id: string | null;
  readonly grant_status: string | null;
  readonly redeemed_at: string | null;
  readonly executor: string | null;
  readonly outcome_status: string | null;
  readonly outcome_at: string | null;
  readonly outcome_without_redemption: boolean | null;
  readonly result: string | null;
  readonly post_checks: string | null;
  readonly submitted_at: string;
  readonly decided_at: string;
}

export interface VoteRow {
  readonly action_id: string;
  readonly vote_id: string;
  readonly request_id: string;
  readonly request_kind: string;
  readonly reviewer_id: string;
  readonly role: string | null;
  readonly vote: string;
  readonly counted: boolean;
  readonly resolving: boolean;
  readonly reason: string | null;
  readonly packet_digest: string;
  readonly shown_at: string | null;
  readonly voted_at: string;
}

export interface LabelRow {
  readonly action_id: string;
  readonly label_id: string;
  readonly label: string;
  readonly source: string;
  readonly labelled_by: string;
  readonly note: string | null;
  readonly observed_at: string;
  readonly recorded_at: string;
}

/** One action of the audit, in the blog's words: `input` is what was proposed, `result` what the executor reported. */
export function auditDocument(row: AuditRow, votes: readonly VoteRow[], labels: readonly LabelRow[]) {
  const { run_id, action_id, agent_id, agent_version, model_id, action_type, environment, on_behalf_of, target, supersedes } = row;
  const { digest, rationale, confidence, submitted_at, outcome_status, outcome_at, outcome_without_redemption } = row;
  return {
    ...{ run_id, action_id, agent_id, agent_version, model_id, action_type, environment, on_behalf_of, target, supersedes },
    ...{ submitted_at, digest, input: parsed(row.input), diff: parsed(row.diff), rationale, confidence },
    decision: decisionOf(row),
    approval: approvalOf(row, votes),
    effective: effectiveOf(row),
    grant: grantOf(row),
    ...{ outcome_status, outcome_at, outcome_without_redemption, result: parsed(row.result), post_checks: parsed(row.post_checks) ?? [] },
    labels: labels.map(labelOf),
  };
}

function decisionOf(row: AuditRow) {
  const { decision_id, policy_decision, effective_decision, mode, bypass, rule, gate, decided_at, unknown } = row;
  const { impact, reversibility, regulatory_pressure } = row;
  return {
    ...{ decision_id, policy_decision, effective_decision, mode, bypass, decided_at },
    policy: { name: row.policy_name, version: row.policy_version },
    ...{ rule, gate, classification: { impact, reversibility, regulatory_pressure }, unknown, explanation: parsed(row.explanation) },
  };
}

function approvalOf(row: AuditRow, votes: readonly VoteRow[]) {
  const { request_id, resolved_by, reviewer_id, timestamp, reason, approvals_required, approvals_given, overridden } = row;
  return {
    ...{ status: row.approval_status, reviewer_id, timestamp, reason },
    votes: votes.map(voteOf),
    ...{ request_id, resolved_by, approvals: { required: approvals_required, given: approvals_given }, overridden },
  };
}

function voteOf(row: VoteRow) {
  const { vote_id, request_id, request_kind, reviewer_id, role, vote, counted, resolving, reason, packet_digest, shown_at, voted_at } = row;
  return { vote_id, request_id, request_kind, reviewer_id, role, vote, counted, resolving, reason, packet_digest, shown_at, voted_at };
}

const labelOf = ({ label_id, label, source, labelled_by, note, observed_at, recorded_at }: LabelRow) => ({
  ...{ label_id, label, source, labelled_by, note, observed_at, recorded_at },
});

const effectiveOf = ({ effective_input, effective_digest, effective_diff, changed }: AuditRow) => ({
  parameters: parsed(effective_input),
  digest: effective_digest,
  changed,
  diff: parsed(effective_diff),
});

const grantOf = ({ grant_id, grant_status, redeemed_at, executor }: AuditRow) =>
  grant_id === null ? null : { grant_id, status: grant_status, redeemed_at, executor };

/** JSON text that we wrote ourselves, as its value; text that is none is shown as it is. */
function parsed(text: string | null): JsonValue {
  if (text === null) return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
