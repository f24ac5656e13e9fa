import type { JsonValue } from '@countersign/canonical';

import type { AuditRow, LabelRow, VoteRow } from './audit-rows.js';

/** The same while a blind review of it is open: nothing of who voted, how and why. */
export const blindDocument = (row: AuditRow): ReturnType<typeof auditDocument> & { blind: true } => ({
  ...auditDocument({ ...row, reviewer_id: null, reason: null, released_by: null, recalled_by: null }, [], []),
  blind: true,
});

/** One action of the audit, in the blog's words: `input` is what was proposed, `result` what the executor reported. */
export const auditDocument = (row: AuditRow, votes: readonly VoteRow[], labels: readonly LabelRow[]) => ({
  ...proposalOf(row),
  decision: decisionOf(row),
  approval: approvalOf(row, votes),
  effective: effectiveOf(row),
  hold: holdOf(row),
  grant: grantOf(row),
  ...outcomeOf(row),
  labels: labels.map(labelOf),
});

/** Beside a diff that only says that all of it changed, because it would be too long. */
const truncated = (is: boolean): { diff_truncated?: true } => (is ? { diff_truncated: true } : {});

function proposalOf(row: AuditRow) {
  const { run_id, action_id, agent_id, agent_version, model_id, action_type, environment } = row;
  const { on_behalf_of, target, supersedes, reverses, submitted_at, digest, rationale, confidence } = row;
  return {
    ...{ run_id, action_id, agent_id, agent_version, model_id, action_type, environment },
    ...{ on_behalf_of, target, supersedes, reverses, submitted_at, digest },
    ...{ input: parsed(row.input), diff: parsed(row.diff), ...truncated(row.diff_truncated), rationale, confidence },
    context: parsed(row.context),
  };
}

const outcomeOf = ({ outcome_status, outcome_at, outcome_without_redemption, result, post_checks }: AuditRow) => ({
  ...{ outcome_status, outcome_at, outcome_without_redemption },
  result: parsed(result),
  post_checks: parsed(post_checks) ?? [],
});

function decisionOf(row: AuditRow) {
  const { decision_id, policy_decision, effective_decision, mode, bypass, rule, gate, decided_at, unknown } = row;
  const { impact, reversibility, regulatory_pressure, shadows, segment, unproven } = row;
  return {
    ...{ decision_id, policy_decision, effective_decision, mode, bypass, decided_at },
    policy: { name: row.policy_name, version: row.policy_version },
    ...{
      rule,
      gate,
      classification: { impact, reversibility, regulatory_pressure },
      unknown,
      explanation: parsed(row.explanation),
    },
    ...{ shadows, segment, unproven },
  };
}

function approvalOf(row: AuditRow, votes: readonly VoteRow[]) {
  const { request_id, resolved_by, reviewer_id, timestamp, reason, approvals_required, approvals_given, overridden } =
    row;
  return {
    ...{ status: row.approval_status, reviewer_id, timestamp, reason },
    votes: votes.map(voteOf),
    ...{ request_id, resolved_by, approvals: { required: approvals_required, given: approvals_given }, overridden },
  };
}

function voteOf(row: VoteRow) {
  const {
    vote_id,
    request_id,
    request_kind,
    issuer,
    reviewer_id,
    role,
    exception,
    vote,
    counted,
    resolving,
    reason,
    packet_digest,
    shown_at,
    voted_at,
  } = row;
  return {
    vote_id,
    request_id,
    request_kind,
    issuer,
    reviewer_id,
    role,
    exception,
    vote,
    counted,
    resolving,
    reason,
    packet_digest,
    shown_at,
    voted_at,
  };
}

const labelOf = ({ label_id, label, source, labelled_by, note, ...row }: LabelRow) => ({
  ...{ label_id, label, source, labelled_by, note, sample_probability: row.sample_probability },
  ...{ observed_at: row.observed_at, recorded_at: row.recorded_at },
});

const effectiveOf = ({
  effective_input,
  effective_digest,
  effective_diff,
  effective_diff_truncated,
  changed,
}: AuditRow) => ({
  parameters: parsed(effective_input),
  digest: effective_digest,
  changed,
  diff: parsed(effective_diff),
  ...truncated(effective_diff_truncated),
});

const grantOf = ({ grant_id, grant_status, redeemed_at, executor }: AuditRow) =>
  grant_id === null ? null : { grant_id, status: grant_status, redeemed_at, executor };

/** The release queue, for an action that was held in it. */
const holdOf = ({ held_at, release_at, released_at, released_by, recalled_at, recalled_by }: AuditRow) =>
  held_at === null ? null : { held_at, release_at, released_at, released_by, recalled_at, recalled_by };

/** JSON text that we wrote ourselves, as its value; text that is none is shown as it is. */
function parsed(text: string | null): JsonValue {
  if (text === null) return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
