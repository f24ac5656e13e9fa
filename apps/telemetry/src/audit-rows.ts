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
  readonly reverses: string | null;
  readonly digest: string;
  readonly input: string | null;
  readonly diff: string | null;
  readonly diff_truncated: boolean;
  readonly context: string | null;
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
  readonly effective_diff_truncated: boolean;
  readonly effective_digest: string;
  readonly grant_id: string | null;
  readonly grant_status: string | null;
  readonly redeemed_at: string | null;
  readonly executor: string | null;
  readonly held_at: string | null;
  readonly release_at: string | null;
  readonly released_at: string | null;
  /** `clock` when nobody did. */
  readonly released_by: string | null;
  readonly recalled_at: string | null;
  readonly recalled_by: string | null;
  readonly outcome_status: string | null;
  readonly outcome_at: string | null;
  readonly outcome_without_redemption: boolean | null;
  readonly result: string | null;
  readonly post_checks: string | null;
  readonly submitted_at: string;
  readonly decided_at: string;
  /** What the versions in shadow said. */
  readonly shadows: readonly ShadowRow[];
  readonly segment: string | null;
  readonly unproven: string | null;
}

export interface ShadowRow {
  readonly policy_name: string;
  readonly policy_version: number;
  readonly policy_decision: string;
  readonly rule: string | null;
  readonly gate: string | null;
}

export interface VoteRow {
  readonly action_id: string;
  readonly vote_id: string;
  readonly request_id: string;
  readonly request_kind: string;
  readonly issuer: string;
  readonly reviewer_id: string;
  readonly role: string | null;
  readonly exception: string | null;
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
  readonly sample_probability: number | null;
  readonly observed_at: string;
  readonly recorded_at: string;
}
