import type { Environment, JsonValue } from '@countersign/canonical';

export type { Environment };

export type JsonObject = { [key: string]: JsonValue };
export type ActionStatus = 'deciding' | 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled';

/** What an agent means to do, as the body of `POST /v1/actions`. Optional members may be left out or null. */
export interface Proposal {
  run_id: string;
  agent: { id: string; version: string };
  model: { id: string };
  action_type: string;
  environment: Environment;
  /** What takes effect; the digest covers it. */
  parameters: JsonObject;
  on_behalf_of?: string | null;
  target?: string | null;
  before?: JsonValue;
  after?: JsonValue;
  rationale?: string | null;
  /** 0 to 1. */
  confidence?: number | null;
  signals?: JsonObject | null;
  context?: JsonObject | null;
  /** Facts that must still hold when the grant is redeemed. */
  preconditions?: JsonObject | null;
  /** `action_id` of the proposal that this one replaces. */
  supersedes?: string | null;
  /** `action_id` of the action whose effect this one takes back. */
  reverses?: string | null;
  /** Seconds, 1 or more; may only shorten the gate's time to respond. */
  respond_within_s?: number | null;
  /** Signals that providers signed of this action, as `attest` gives them; at most 10, one of each provider. */
  attestations?: string[] | null;
}

export interface Decision {
  decision_id: string;
  policy_decision: 'allow' | 'require_approval' | 'deny';
  effective_decision: 'allow' | 'require_approval' | 'deny';
  mode: string;
  bypass: string | null;
  policy: { name: string; version: number };
  rule: string | null;
  gate: string | null;
  classification: JsonObject | null;
  unknown: string[];
  explanation: JsonObject[];
}

export interface ApprovalRequest {
  request_id: string;
  kind: 'approval' | 'advisory' | 'audit' | 'decoy';
  status: string;
  approvals: { required: number; given: number };
  /** Kinds of evidence that the gate demands and those that nobody attached yet; absent where it demands none. */
  evidence?: { required: string[]; missing: string[] };
  roles: string[];
  opened_at: string;
  respond_by: string | null;
  expires_at: string | null;
  votes?: { vote: string; reason: string | null; voted_at: string }[];
}

/** A file that was attached to a request. */
export interface Attachment {
  attachment_id: string;
  kind: string;
  name: string;
  media_type: string;
  size_bytes: number;
  sha256: string;
  attached_by: { issuer: string | null; subject: string; role: 'agent' | 'operator' | 'reviewer' };
}

export interface Resolution {
  status: string;
  resolved_by: 'policy' | 'people' | 'clock' | 'agent' | 'admin';
  reason_code: string | null;
  message: string | null;
  retry: 'never' | 'new_proposal' | null;
  resolved_at: string;
}

export interface Grant {
  grant_id: string;
  status: 'issued' | 'consumed' | 'revoked' | 'lapsed';
  expires_at: string;
  /** Bearer approval token; minted on each read and only for the proposing agent. Never log it. */
  token?: string | null;
  token_expires_at?: string | null;
}

/** The action document that intake answers with; members may be added over time. */
export interface ActionDocument {
  action_id: string;
  run_id: string;
  action_type: string;
  environment: Environment;
  status: ActionStatus;
  digest: string;
  submitted_at: string;
  decision: Decision | null;
  request: ApprovalRequest | null;
  /** What an approval releases: the proposed version or the one that reviewers changed. */
  effective: { parameters: JsonObject; digest: string; changed: boolean; diff: JsonValue[] } | null;
  resolution: Resolution | null;
  grant: Grant | null;
  outcome: JsonObject | null;
  /** Approved and waiting for its release; the grant is issued when it goes. */
  held?: boolean;
  /** When a held action goes by itself. */
  release_at?: string | null;
}

export interface PostCheck {
  name: string;
  passed: boolean;
  detail?: string | null;
}

/** What happened after the effect. `occurred_at` is RFC 3339 UTC. */
export interface OutcomeReport {
  status: 'executed' | 'failed' | 'rolled_back';
  result?: JsonObject | null;
  post_checks?: PostCheck[];
  occurred_at?: string | null;
}

/** The members that the action digest covers; absent ones count as null. */
export interface ActionFacts {
  tenant: string;
  agent_id: string;
  action_type: string;
  environment: Environment;
  on_behalf_of?: string | null;
  target?: string | null;
  parameters: JsonObject;
  preconditions?: JsonObject | null;
}

export interface Redemption {
  result: 'ok';
  grant_id: string;
  action_id: string;
  executor: string;
  redeemed_at: string;
  /** True when this `request_id` had been answered before. */
  repeated: boolean;
}
