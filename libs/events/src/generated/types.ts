// Generated from schemas/ by tools/generate.mjs. Do not edit.

/** An admitted action: validated, redacted, hashed. Copies may exist; the first `decided` binds. */
export interface ActionProposed {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model that the agent runs on. */
  readonly model_id: string;
  /** Caller's key. */
  readonly idempotency_key: string;
  /** Type of the action. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Whom the agent acts for. */
  readonly on_behalf_of: null | string;
  /** What the action changes. */
  readonly target: null | string;
  /** RFC 8785 text of the parameters, exactly what takes effect. */
  readonly parameters: string;
  /** RFC 8785 text of the state before. */
  readonly before: null | string;
  /** RFC 8785 text of the state after. */
  readonly after: null | string;
  /** Who states `before`: `agent`. */
  readonly before_stated_by: string;
  /** Who states `after`: `agent`, or `countersign` when intake derived it. */
  readonly after_stated_by: string;
  /** JSON text of the RFC 6902 patch from before to after; null also where `diff_truncated` says that it would be too long. */
  readonly diff: null | string;
  /** The patch would be longer than 128 KiB: it is one `replace` at the root, with all of `after`. */
  readonly diff_truncated: boolean;
  /** The agent's reason (untrusted text). */
  readonly rationale: null | string;
  /** 0 to 1. */
  readonly confidence: null | number;
  /** RFC 8785 text of the signals. */
  readonly signals: null | string;
  /** RFC 8785 text of the context as given, or what its action type keeps of it: keyed hashes with sizes in bytes, or null. */
  readonly context: null | string;
  /** RFC 8785 text of the preconditions. */
  readonly preconditions: null | string;
  /** Action id that this proposal replaces. */
  readonly supersedes: null | string;
  /** Action id whose effect this proposal takes back. */
  readonly reverses: null | string;
  /** Seconds, 1 or more. */
  readonly respond_within_s: null | number;
  /** Plain decimal string of `parameters.amount.value`. */
  readonly amount_value: null | string;
  /** ISO 4217 code of `parameters.amount.currency`. */
  readonly amount_currency: null | string;
  /** Subjects who operate the agent; never eligible to approve. */
  readonly operators: readonly string[];
  /** Action digest: `sha256:` + hex over RFC 8785 of what takes effect. */
  readonly digest: string;
  /** `sha256:` + hex over RFC 8785 of the whole submitted body; equal bodies are the same proposal. */
  readonly body_hash: string;
  /** `http` or `kafka`. */
  readonly submitted_via: string;
  /** When intake admitted it. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** RFC 8785 text of `[{provider, signals, attested_at}]`: signals that a named provider states, checked by intake. */
  readonly attestations: null | string;
  /** Pointers (RFC 6901) whose values stand here as keyed hashes `hmac-sha256:<key id>:<hex>`; `digest` is over the plain ones. */
  readonly sensitive: readonly string[];
}

export type Verdict = 'unknown' | 'allow' | 'require_approval' | 'deny';

export type Mode = 'unknown' | 'off' | 'soft' | 'shadow' | 'partial' | 'enforce';

/** So many distinct people of one kind. */
export interface Quorum {
  /** Name within the gate, e.g. `legal`. */
  readonly name: string;
  /** Distinct people, 1 or more. */
  readonly count: number;
  /** Whoever has one of these roles counts. */
  readonly roles: readonly string[];
  /** Subjects who count although they have none of the roles. */
  readonly people: readonly string[];
}

/** Whom one of several gates that bind together asks. */
export interface GatePart {
  /** Name of that gate. */
  readonly name: string;
  /** Distinct people who must approve, 1 or more. */
  readonly quorum: number;
  /** Whoever has one of these roles counts. */
  readonly roles: readonly string[];
  /** Subjects who count although they have none of the roles. */
  readonly people: readonly string[];
  /** Whoever has one of these counts too once the request is escalated. */
  readonly escalate_roles: readonly string[];
  /** Any one of them suffices; empty means `quorum` people. */
  readonly thresholds: readonly Quorum[];
  /** All of them, by distinct people. */
  readonly factors: readonly Quorum[];
  /** All of them, in this order, by distinct people. */
  readonly stages: readonly Quorum[];
}

/** The gate that binds, as folded; needs no policy file to be read again. */
export interface Gate {
  /** Gate name, e.g. `finance-two-person`. */
  readonly name: string;
  /** `threshold`, `dry-run`, `hold-before-send`, `exception-only` or `environment`. */
  readonly pattern: string;
  /** Distinct people who must approve, 1 or more. */
  readonly quorum: number;
  /** Counted denials that end the request, 1 or more. */
  readonly deny_quorum: number;
  /** A voter needs one of these roles. */
  readonly roles: readonly string[];
  /** Who may not vote besides agent, operator and beneficiary: `editor`, or a subject. */
  readonly exclude: readonly string[];
  /** When a vote needs a reason: `never`, `deny` or `always`. */
  readonly reason: string;
  /** Least characters of a demanded reason. */
  readonly reason_min_length: number;
  /** Seconds from opening to `respond_by`. */
  readonly respond_s: number;
  /** Seconds from submission to `expires_at`. */
  readonly expire_s: number;
  /** Seconds that the grant lives from approval, 60 to 604800. */
  readonly grant_ttl_s: number;
  /** Audience of the token; null means `urn:countersign:executor`. */
  readonly token_audience: null | string;
  /** Any one of them suffices; empty means `quorum` people. */
  readonly thresholds: readonly Quorum[];
  /** All of them, by distinct people: one person never fills two. */
  readonly factors: readonly Quorum[];
  /** Subjects who may vote although they have none of the roles. */
  readonly people: readonly string[];
  /** Kinds of attachment that must be there. */
  readonly evidence: readonly string[];
  /** true when an approved action waits for its release. */
  readonly hold: boolean;
  /** A vote sooner than this after its packet was opened needs a reason, seconds. */
  readonly reason_fast_s: null | number;
  /** Fields that must be equal for actions to be decided as one batch. */
  readonly batch_fields: readonly string[];
  /** In this order, by distinct people: a stage waits until those before it are filled. */
  readonly stages: readonly Quorum[];
  /** Seconds from opening at which those who are asked are reminded, rising. */
  readonly remind_s: readonly number[];
  /** Seconds from opening at which an open request is escalated; null means never. */
  readonly escalate_s: null | number;
  /** Roles that may vote once the request is escalated. */
  readonly escalate_roles: readonly string[];
  /** `pool`: whoever is eligible takes it; `rotate`: assigned in turn. */
  readonly assign: string;
  /** Seconds that a claim lasts, 60 or more. */
  readonly claim_s: number;
  /** An approval sooner than this after the packet was shown is refused; null means no limit. */
  readonly min_dwell_s: null | number;
  /** Requests that one call may decide together, 1 or more. */
  readonly batch_max: number;
  /** Probability, above 0 to 1, that an approval is reviewed again blindly; null means never. */
  readonly review_rate: null | number;
  /** Seconds that a grant lives which one person gave in an emergency, 60 to 3600; null means that nobody may. */
  readonly break_glass_s: null | number;
  /** Exceptions from separation of duties: `operator` lets those who operate the agent vote, marked as such. */
  readonly permit: readonly string[];
  /** Reasons that reviewers are offered; their own words are as good. */
  readonly reason_presets: readonly string[];
  /** Gates that bind together: each must hold, and one person's approval counts in every one where it fits; empty means that the gate stands alone. */
  readonly all: readonly GatePart[];
}

/** What a version that does not bind says of the same action. */
export interface ShadowVerdict {
  /** Policy that spoke. */
  readonly policy_name: string;
  /** Its version, 1 or more. */
  readonly policy_version: number;
  /** What its rules say. */
  readonly policy_decision: Verdict;
  /** The rule that decided, or null when the matrix or the fallback spoke. */
  readonly rule: null | string;
  /** Gate that it asks for. */
  readonly gate: null | string;
}

/** An action that people denied within the 30 days before this one was proposed. */
export interface DeniedBefore {
  /** The denied action. */
  readonly action_id: string;
  /** The request that was denied. */
  readonly request_id: string;
  /** Whose vote denied it. */
  readonly reviewer_id: null | string;
  /** Reason of that vote, at most its first 500 characters. */
  readonly reason: null | string;
  /** When the denial was published. UTC epoch milliseconds. */
  readonly at: number;
  /** `digest`: the very same action; `target`: the same agent, action type and target. */
  readonly same: string;
}

/** Policy's decision of one action. The first one in the log is the decision. Carries all that the fold needs. */
export interface ActionDecided {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** Whom the agent acts for; never eligible. */
  readonly on_behalf_of: null | string;
  /** Subjects who operate the agent; never eligible. */
  readonly operators: readonly string[];
  /** Action digest. */
  readonly digest: string;
  /** Hash of the submitted body. */
  readonly body_hash: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** LogAppendTime of the action's record on `actions`; older than 24 h opens nothing. UTC epoch milliseconds. */
  readonly proposed_at: number;
  /** The agent's shorter time to respond, seconds. */
  readonly respond_within_s: null | number;
  /** The framed ActionProposed value, byte for byte. */
  readonly action: Buffer;
  /** `dec_` + UUIDv5. */
  readonly decision_id: string;
  /** What the rules say. */
  readonly policy_decision: Verdict;
  /** What binds. */
  readonly effective_decision: Verdict;
  /** How the decision binds. */
  readonly mode: Mode;
  /** Environment whose bypass lifted the decision, else null. */
  readonly bypass: null | string;
  /** Policy that spoke. */
  readonly policy_name: string;
  /** Its version, 1 or more. */
  readonly policy_version: number;
  /** First matching rule, or null when the matrix or the fallback spoke. */
  readonly rule: null | string;
  /** `low`, `medium`, `high`; null when unclassified. */
  readonly impact: null | string;
  /** `low` or `high`; null when unclassified. */
  readonly reversibility: null | string;
  /** `low`, `medium`, `high`; null when unclassified. */
  readonly regulatory_pressure: null | string;
  /** Pointers of fields that were missing or not comparable. */
  readonly unknown: readonly string[];
  /** JSON text: the winning path, `[{ rule, condition, result, values }]`. */
  readonly explanation: string;
  /** The gate that binds; null when policy denies or allows without one. */
  readonly gate: null | Gate;
  /** Seconds that a grant on policy's authority lives. */
  readonly grant_ttl_s: number;
  /** Seconds from the proposal that the action must be remembered, 691200 (8 days) or more: what the slowest gate of the policy needs. */
  readonly remember_s: number;
  /** `req_` id that a request of this action gets. */
  readonly request_id: string;
  /** `grant_` id that a grant of this action gets; the token's jti. */
  readonly grant_id: string;
  /** Digest of the packet that reviewers see; null without a request. */
  readonly packet_digest: null | string;
  /** Soft mode: the action runs, and a request of kind `advisory` opens with this gate. */
  readonly advisory_gate: null | Gate;
  /** What the versions in shadow say. */
  readonly shadows: readonly ShadowVerdict[];
  /** Why the action is in or out of a partial rollout, e.g. `share 25 %: in`. */
  readonly segment: null | string;
  /** Sampled for an audit: once approved, a request of kind `audit` opens with this gate. */
  readonly audit_gate: null | Gate;
  /** Probability with which the action was sampled for an audit, 0 to 1. */
  readonly sample_probability: null | number;
  /** The agent version, model and action type that has no evidence yet, so that the conservative gate binds. */
  readonly unproven: null | string;
  /** The policy service's key that shares and samples were drawn with; null where nothing could be drawn. */
  readonly draw_key_id: null | string;
  /** `req_` id that the audit request of this action gets. */
  readonly audit_request_id: null | string;
  /** Digest of the packet that its auditor sees. */
  readonly audit_packet_digest: null | string;
  /** Whether the drawn audit is a blind review of what people approved: whoever answers is not shown how they voted. */
  readonly blind_review: boolean;
  /** The gate of the review that opens when somebody breaks the glass; null when nobody may. */
  readonly break_glass_gate: null | Gate;
  /** What people denied before, the newest first, at most 20. */
  readonly denied_before: readonly DeniedBefore[];
}

/** In an emergency one authorised person lets a waiting action go without its quorum. */
export interface BreakGlassRequested {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** Hash of the whole call; the same id with another body is a `duplicate_request`. */
  readonly body_hash: string;
  /** The request that waits. */
  readonly request_id: string;
  /** OIDC issuer of the person. */
  readonly issuer: string;
  /** OIDC subject of the person; with the issuer, one person. */
  readonly subject: string;
  /** Roles at that time, from the bearer token. */
  readonly roles: readonly string[];
  /** What the person was shown. */
  readonly packet_digest: string;
  /** Why it cannot wait for its quorum. */
  readonly reason: string;
  /** `req_` id that the review afterwards gets. */
  readonly review_request_id: string;
  /** Digest of the packet that the reviewer sees; null where the policy lets nobody break the glass. */
  readonly review_packet_digest: null | string;
}

/** The proposing agent takes its action back. */
export interface CancelRequested {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** The agent. */
  readonly agent_id: string;
  /** Why. */
  readonly reason: null | string;
}

export type CustodyVerb = 'unknown' | 'claim' | 'release' | 'assign' | 'reassign' | 'recuse' | 'escalate' | 'comment';

/** A person, or the service itself, changes in whose hands a pending request is, or comments on it. */
export interface CustodyRequested {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** Hash of the whole call; the same id with another body is a `duplicate_request`. */
  readonly body_hash: string;
  /** The request. */
  readonly request_id: string;
  /** What is asked for. */
  readonly verb: CustodyVerb;
  /** OIDC issuer of the person; `countersign` when the service assigns. */
  readonly issuer: string;
  /** OIDC subject of the person; `assignment` when the service assigns. */
  readonly subject: string;
  /** Roles at that time, from the bearer token. */
  readonly roles: readonly string[];
  /** Who gets the request, for `assign` and `reassign`. */
  readonly to_subject: null | string;
  /** OIDC issuer of that person; null means that it is not known, and the subject alone counts. */
  readonly to_issuer: null | string;
  /** Roles of that person where a directory knows them; null means that the role is judged at the vote. */
  readonly to_roles: null | readonly string[];
  /** Why; needed by all verbs but `claim`, `release` and `comment`. */
  readonly reason: null | string;
  /** What a comment says, at most 10,000 characters. Untrusted text. */
  readonly text: null | string;
}

/** Somebody attaches evidence to a pending request. Its bytes are stored outside of the log, before this record. */
export interface EvidenceAttached {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** Hash of the whole call; the same id with another body is a `duplicate_request`. */
  readonly body_hash: string;
  /** The request. */
  readonly request_id: string;
  /** `att_` + UUIDv5. */
  readonly attachment_id: string;
  /** What it is, as gates name it, e.g. `invoice`. */
  readonly kind: string;
  /** File name, cleaned. Untrusted text. */
  readonly name: string;
  /** Media type, one of those that are accepted; the first bytes agree with it. */
  readonly media_type: string;
  /** Bytes of the content, 1 or more. */
  readonly size_bytes: number;
  /** `sha256:` and the hash of the content in hex. The content itself is in no topic. */
  readonly sha256: string;
  /** OIDC issuer of the person; null for an agent. */
  readonly issuer: null | string;
  /** OIDC subject of the person, or the agent's id. */
  readonly subject: string;
  /** Roles of the person at that time; none for an agent. */
  readonly roles: readonly string[];
  /** True when the agent that proposed the action attaches it, false for a person. */
  readonly as_agent: boolean;
}

/** Kill switch; one copy per partition. Decisions and redemptions in scope stop, clocks pause. */
export interface FreezeRequested {
  /** Tenant. */
  readonly tenant: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** `frz_` id, the same on every partition. */
  readonly freeze_id: string;
  /** true freezes, false lifts. */
  readonly frozen: boolean;
  /** Scope: only this agent. */
  readonly agent_id: null | string;
  /** Scope: only this action type. */
  readonly action_type: null | string;
  /** OIDC issuer of the person. */
  readonly issuer: string;
  /** OIDC subject of the person; with the issuer, one person. */
  readonly subject: string;
  /** Roles at that time, from the bearer token. */
  readonly roles: readonly string[];
  /** Why. */
  readonly reason: null | string;
}

/** The executor's report after the effect. */
export interface OutcomeFiled {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** Hash of the whole call; the same id with another body is a `duplicate_request`. */
  readonly body_hash: string;
  /** Agent or executor. */
  readonly reported_by: string;
  /** true when the executor that redeemed reports; false for the agent that proposed. */
  readonly by_executor: boolean;
  /** `executed`, `failed` or `rolled_back`. */
  readonly status: string;
  /** RFC 8785 text. */
  readonly result: null | string;
  /** JSON text of `[{ name, passed, detail }]`. */
  readonly post_checks: null | string;
  /** When the effect happened. UTC epoch milliseconds. */
  readonly occurred_at: null | number;
}

/** A reviewer was shown the packet of a request: opened by itself, or as a row of a batch. */
export interface PacketShown {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** The request. */
  readonly request_id: string;
  /** OIDC issuer of the person. */
  readonly issuer: string;
  /** OIDC subject of the person; with the issuer, one person. */
  readonly subject: string;
  /** Roles at that time, from the bearer token. */
  readonly roles: readonly string[];
  /** The packet that was shown. */
  readonly packet_digest: string;
  /** The batch as a row of which it was shown; null where the packet itself was opened. */
  readonly batch: null | string;
  /** Why the row was no part of that batch, such as `amount`; null for a part of it. */
  readonly outlier: null | string;
}

/** An executor asks to consume a grant; judged by the fold in log order. */
export interface RedemptionRequested {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** Hash of the whole call; the same id with another body is a `duplicate_request`. */
  readonly body_hash: string;
  /** The token's jti. */
  readonly grant_id: string;
  /** Executor or agent that redeems. */
  readonly executor_id: string;
  /** Digest of what is about to run. */
  readonly action_digest: string;
  /** Where it runs. */
  readonly environment: string;
  /** RFC 8785 text of the values seen now. */
  readonly preconditions: null | string;
  /** The token's exp. UTC epoch milliseconds. */
  readonly token_expires_at: number;
  /** Digest of the diff that the caller is about to apply; judged where the grant is bound to one. */
  readonly diff_digest: null | string;
}

/** A person lets a held action go, sets when it goes, or takes it back. */
export interface ReleaseRequested {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** Hash of the whole call; the same id with another body is a `duplicate_request`. */
  readonly body_hash: string;
  /** The approved request. */
  readonly request_id: string;
  /** OIDC issuer of the person. */
  readonly issuer: string;
  /** OIDC subject of the person; with the issuer, one person. */
  readonly subject: string;
  /** Roles at that time, from the bearer token. */
  readonly roles: readonly string[];
  /** true takes the action back, false lets it go. */
  readonly recall: boolean;
  /** When it may leave the queue by itself; null means now. UTC epoch milliseconds. */
  readonly release_at: null | number;
  /** The person's reason. */
  readonly reason: null | string;
}

/** A person takes a grant back. */
export interface RevocationRequested {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** The grant. */
  readonly grant_id: string;
  /** OIDC issuer of the person. */
  readonly issuer: string;
  /** OIDC subject of the person; with the issuer, one person. */
  readonly subject: string;
  /** Roles at that time, from the bearer token. */
  readonly roles: readonly string[];
  /** Why. */
  readonly reason: null | string;
}

/** Log time moves on so that due deadlines settle. Carries nothing: its LogAppendTime is its content. */
export interface Ticked {
  /** Empty. */
  readonly tenant: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
}

export type Vote = 'unknown' | 'approve' | 'deny' | 'approve_with_changes' | 'harmful' | 'harmless' | 'unsure';

/** A changed version of the action, decided again by the same policy version. */
export interface Edit {
  /** RFC 8785 text of the new parameters. */
  readonly parameters: string;
  /** Action digest of the new version. */
  readonly digest: string;
  /** Digest of the new packet. */
  readonly packet_digest: string;
  /** RFC 8785 text of the state after, when it could be derived. */
  readonly after: null | string;
  /** JSON text of the RFC 6902 patch from before to the new after, when it could be derived. */
  readonly diff: null | string;
  /** The patch would be longer than 128 KiB: it is one `replace` at the root, with all of the new `after`. */
  readonly diff_truncated: boolean;
  /** What people had denied before of the new version when it was made, the newest first, at most 20. */
  readonly denied_before: readonly DeniedBefore[];
  /** Amount of the new version. */
  readonly amount_value: null | string;
  /** Currency of the new version. */
  readonly amount_currency: null | string;
  /** What the rules say of the new version: `allow`, `require_approval` or `deny`. */
  readonly policy_decision: string;
  /** First matching rule for the new version. */
  readonly rule: null | string;
  /** JSON text as in ActionDecided. */
  readonly explanation: string;
  /** Pointers of fields of the new version that are missing or not comparable. */
  readonly unknown: readonly string[];
  /** `low`, `medium`, `high` of the new version; null when unclassified. */
  readonly impact: null | string;
  /** `low` or `high` of the new version; null when unclassified. */
  readonly reversibility: null | string;
  /** `low`, `medium`, `high` of the new version; null when unclassified. */
  readonly regulatory_pressure: null | string;
  /** What binds from now on: both gates, or the one that implies the other. */
  readonly gate: Gate;
  /** Digest of the packet that an auditor of the new version sees. */
  readonly audit_packet_digest: null | string;
}

/** One reviewer's vote as it reached the door; whether it counts is judged by the fold. */
export interface VoteCast {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Caller's idempotency id; a copy with it changes nothing. */
  readonly client_request_id: string;
  /** Hash of the whole call; the same id with another body is a `duplicate_request`. */
  readonly body_hash: string;
  /** `vote_` id. */
  readonly vote_id: string;
  /** The request voted on. */
  readonly request_id: string;
  /** OIDC issuer of the person. */
  readonly issuer: string;
  /** OIDC subject of the person; with the issuer, one person. */
  readonly subject: string;
  /** Roles at that time, from the bearer token. */
  readonly roles: readonly string[];
  /** The vote; `harmful`, `harmless` and `unsure` answer an audit. */
  readonly vote: Vote;
  /** What the reviewer was shown. */
  readonly packet_digest: string;
  /** The reviewer's reason. */
  readonly reason: null | string;
  /** Batch that the vote came in. */
  readonly batch_id: null | string;
  /** The changed version, for `approve_with_changes`. */
  readonly edit: null | Edit;
  /** When an approved action that is held may leave the release queue by itself. UTC epoch milliseconds. */
  readonly release_at: null | number;
  /** The batch that the call named; it covers what the voter saw only as a row of that batch. */
  readonly batch: null | string;
  /** Approvals of the call that this vote came in; null for a vote by itself, which is judged without what was shown. */
  readonly batch_approvals: null | number;
}

/** A pending request is in other hands, or somebody commented on it. */
export interface CustodyChanged {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** `approval`, `advisory`, `audit` or `decoy`. */
  readonly request_kind: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** `claim`, `release`, `claim_lapsed`, `assign`, `reassign`, `recuse`, `escalate` or `comment`. */
  readonly verb: string;
  /** OIDC issuer of the person who did it; `countersign` for the service itself. */
  readonly issuer: string;
  /** OIDC subject of the person who did it, or whose claim lapsed; `assignment` for the service itself. */
  readonly subject: string;
  /** Who got the request. */
  readonly to_subject: null | string;
  /** Why. */
  readonly reason: null | string;
  /** What a comment says. Untrusted text. */
  readonly text: null | string;
  /** Until when a claim lasts. UTC epoch milliseconds. */
  readonly claim_until: null | number;
  /** When. UTC epoch milliseconds. */
  readonly at: number;
}

/** Evidence was attached to a request; its packet has a new digest and approvals of the old one no longer count. */
export interface EvidenceRecorded {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** `approval`, `advisory`, `audit` or `decoy`. */
  readonly request_kind: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** `att_` + UUIDv5. */
  readonly attachment_id: string;
  /** What it is, as gates name it, e.g. `invoice`. */
  readonly kind: string;
  /** File name, cleaned. Untrusted text. */
  readonly name: string;
  /** Media type, one of those that are accepted; the first bytes agree with it. */
  readonly media_type: string;
  /** Bytes of the content, 1 or more. */
  readonly size_bytes: number;
  /** `sha256:` and the hash of the content in hex. The content itself is in no topic. */
  readonly sha256: string;
  /** OIDC issuer of the person; null for an agent. */
  readonly issuer: null | string;
  /** OIDC subject of the person, or the agent's id. */
  readonly subject: string;
  /** As whom: `agent`, `operator` (of the agent) or `reviewer`. */
  readonly role: string;
  /** Digest of the packet with this attachment. */
  readonly packet_digest: string;
  /** Approvals that counted until now. */
  readonly voided_votes: readonly string[];
  /** When. UTC epoch milliseconds. */
  readonly attached_at: number;
}

/** A kill switch was set or lifted; one per partition. */
export interface FreezeChanged {
  /** Tenant. */
  readonly tenant: string;
  /** Freeze. */
  readonly freeze_id: string;
  /** Partition. */
  readonly partition: number;
  /** State. */
  readonly frozen: boolean;
  /** Scope. */
  readonly agent_id: null | string;
  /** Scope. */
  readonly action_type: null | string;
  /** OIDC issuer. */
  readonly issuer: string;
  /** OIDC subject. */
  readonly reviewer_id: string;
  /** Why. */
  readonly reason: null | string;
  /** When. UTC epoch milliseconds. */
  readonly changed_at: number;
}

/** One person let an action go in an emergency, without its quorum. A review of it is open. */
export interface GlassBroken {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request that ended. */
  readonly request_id: string;
  /** Gate that allows it. */
  readonly gate: string;
  /** Digest that was let go. */
  readonly digest: string;
  /** What the person was shown. */
  readonly packet_digest: string;
  /** OIDC issuer. */
  readonly issuer: string;
  /** OIDC subject: who broke the glass. */
  readonly reviewer_id: string;
  /** Why. */
  readonly reason: string;
  /** Quorum that was not waited for. */
  readonly approvals_required: number;
  /** Counted approvals at that moment. */
  readonly approvals_given: number;
  /** The grant. */
  readonly grant_id: string;
  /** Seconds that the grant lives. */
  readonly grant_ttl_s: number;
  /** The review that opened at once. */
  readonly review_request_id: string;
  /** When. UTC epoch milliseconds. */
  readonly broken_at: number;
}

/** An approved action may run once. */
export interface GrantIssued {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The grant. */
  readonly grant_id: string;
  /** Digest that the grant releases. */
  readonly digest: string;
  /** `policy` or `people`. */
  readonly authority: string;
  /** When. UTC epoch milliseconds. */
  readonly issued_at: number;
  /** When it lapses. UTC epoch milliseconds. */
  readonly expires_at: number;
}

/** The grant's life ended unconsumed. */
export interface GrantLapsed {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The grant. */
  readonly grant_id: string;
  /** When. UTC epoch milliseconds. */
  readonly lapsed_at: number;
}

/** The grant was consumed. At most one per action. */
export interface GrantRedeemed {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The grant. */
  readonly grant_id: string;
  /** Who redeemed. */
  readonly executor_id: string;
  /** Digest redeemed. */
  readonly digest: string;
  /** The redemption's request_id. */
  readonly client_request_id: string;
  /** When. UTC epoch milliseconds. */
  readonly redeemed_at: number;
}

/** A person took the grant back before it was consumed. */
export interface GrantRevoked {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The grant. */
  readonly grant_id: string;
  /** OIDC issuer. */
  readonly issuer: string;
  /** OIDC subject. */
  readonly reviewer_id: string;
  /** Why. */
  readonly reason: null | string;
  /** When. UTC epoch milliseconds. */
  readonly revoked_at: number;
}

/** An approved action entered the release queue, got another release time, or left it. */
export interface HoldChanged {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The approved request. */
  readonly request_id: string;
  /** `held`, `released` or `recalled`. */
  readonly status: string;
  /** When it leaves the queue by itself; null until somebody releases it. UTC epoch milliseconds. */
  readonly release_at: null | number;
  /** OIDC issuer of who did it; null when the clock did. */
  readonly issuer: null | string;
  /** OIDC subject of who did it; null when the clock did. */
  readonly reviewer_id: null | string;
  /** Their reason. */
  readonly reason: null | string;
  /** When. UTC epoch milliseconds. */
  readonly changed_at: number;
}

/** A reviewer opened the packet for the first time. */
export interface PacketOpened {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** OIDC issuer. */
  readonly issuer: string;
  /** OIDC subject. */
  readonly reviewer_id: string;
  /** Packet shown. */
  readonly packet_digest: string;
  /** When. UTC epoch milliseconds. */
  readonly shown_at: number;
}

/** A vote, redemption, cancellation or revocation that was refused by the fold. */
export interface Refused {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Request it was addressed to. */
  readonly request_id: null | string;
  /** Grant it was addressed to. */
  readonly grant_id: null | string;
  /** `vote`, `redemption`, `cancellation` or `revocation`. */
  readonly attempt: string;
  /** Who tried. */
  readonly subject: string;
  /** Problem code, e.g. `not_eligible`. */
  readonly code: string;
  /** Rule behind `not_eligible`. */
  readonly rule: null | string;
  /** When. UTC epoch milliseconds. */
  readonly refused_at: number;
}

/** A pending request was escalated: more roles may vote on it. At most one per request. */
export interface RequestEscalated {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** `approval`, `advisory`, `audit` or `decoy`. */
  readonly request_kind: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** Roles that may vote from now on besides those of the gate. */
  readonly roles: readonly string[];
  /** `clock` or `person`. */
  readonly by: string;
  /** OIDC issuer of the person. */
  readonly issuer: null | string;
  /** OIDC subject of the person. */
  readonly subject: null | string;
  /** The person's reason. */
  readonly reason: null | string;
  /** OIDC subject of whom the request is assigned to; null when it is in the pool. */
  readonly assignee: null | string;
  /** When people should have responded. UTC epoch milliseconds. */
  readonly respond_by: number;
  /** When: the deadline, or the log time of the call. UTC epoch milliseconds. */
  readonly escalated_at: number;
}

/** An action waits for people. */
export interface RequestOpened {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** `approval`, `advisory`, `audit` or `decoy`. */
  readonly request_kind: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** Packet that reviewers see. */
  readonly packet_digest: string;
  /** Quorum. */
  readonly approvals_required: number;
  /** Eligible roles. */
  readonly roles: readonly string[];
  /** When it opened. UTC epoch milliseconds. */
  readonly opened_at: number;
  /** When people should have responded. UTC epoch milliseconds. */
  readonly respond_by: number;
  /** When it ends by itself. UTC epoch milliseconds. */
  readonly expires_at: number;
  /** Amount of the version that people see, plain decimal; null without one, and in events from before version 2. */
  readonly amount_value: null | string;
  /** ISO 4217 code of the amount. */
  readonly amount_currency: null | string;
  /** Whether it is the blind review of an approval: until it is answered, nobody but an admin is shown who approved and why. */
  readonly blind_review: boolean;
}

/** A pending request has waited so long that those who are asked are reminded. */
export interface RequestReminded {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** `approval`, `advisory`, `audit` or `decoy`. */
  readonly request_kind: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** Which reminder of this request, 1 for the first. */
  readonly nth: number;
  /** How many reminders its gate has. */
  readonly of: number;
  /** OIDC subject of whom the request is assigned to; null when it is in the pool. */
  readonly assignee: null | string;
  /** OIDC subject of who has claimed it. */
  readonly claimed_by: null | string;
  /** Roles that may vote. */
  readonly roles: readonly string[];
  /** When people should have responded. UTC epoch milliseconds. */
  readonly respond_by: number;
  /** The deadline that passed. UTC epoch milliseconds. */
  readonly reminded_at: number;
}

/** A request reached its terminal state. It never changes. */
export interface RequestResolved {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** What the action is about, verbatim; null where the agent named nothing. */
  readonly target: null | string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** `approval`, `advisory`, `audit` or `decoy`. */
  readonly request_kind: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** `approved`, `denied`, `expired` or `cancelled`. */
  readonly status: string;
  /** `people`, `clock`, `agent` or `admin`. */
  readonly resolved_by: string;
  /** Whose vote resolved it. */
  readonly reviewer_id: null | string;
  /** All whose votes counted. */
  readonly reviewer_ids: readonly string[];
  /** Reason of the resolving vote. */
  readonly reason: null | string;
  /** true when the released parameters differ from the proposed ones. */
  readonly changed: boolean;
  /** true for an override as in docs/metrics.md. */
  readonly overridden: boolean;
  /** Digest of the version that was resolved. */
  readonly digest: string;
  /** Digests of the versions that reviewers replaced, the proposed one first; empty when nobody changed it. */
  readonly earlier_digests: readonly string[];
  /** true for an approval of which a blind review was drawn: until that has ended, nobody but admins is told who voted how. */
  readonly blind_review: boolean;
  /** Quorum. */
  readonly approvals_required: number;
  /** Counted approvals. */
  readonly approvals_given: number;
  /** When it opened. UTC epoch milliseconds. */
  readonly opened_at: number;
  /** When people should have responded. UTC epoch milliseconds. */
  readonly respond_by: number;
  /** When it would have ended by itself. UTC epoch milliseconds. */
  readonly expires_at: number;
  /** Frozen time within its life, milliseconds. */
  readonly paused_ms: number;
  /** When. UTC epoch milliseconds. */
  readonly resolved_at: number;
}

/** A blind review of what people approved was answered, and agrees with them or not. */
export interface ReviewCompared {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request of the review. */
  readonly request_id: string;
  /** The request that was approved. */
  readonly reviewed_request_id: string;
  /** Gate of the approval. */
  readonly gate: string;
  /** `harmful`, `harmless` or `unsure`. */
  readonly finding: string;
  /** true for harmless, false for harmful; null when unsure. */
  readonly agreed: null | boolean;
  /** OIDC subject of whoever reviewed. */
  readonly reviewer_id: string;
  /** OIDC issuer of that person. */
  readonly issuer: string;
  /** OIDC subjects of those whose approvals counted. */
  readonly approver_ids: readonly string[];
  /** Batch calls in which those approvals came; none where each came by itself. */
  readonly batch_ids: readonly string[];
  /** Probability, 0 to 1, with which the action was drawn. */
  readonly sample_probability: null | number;
  /** When. UTC epoch milliseconds. */
  readonly compared_at: number;
}

/** An audit of a sampled action found it harmful or harmless. Counts as a label of source `audit_sample`; `unsure` yields none. */
export interface SampleLabelled {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The audit request. */
  readonly request_id: string;
  /** `lab_` id. */
  readonly label_id: string;
  /** `harmful` or `harmless`. */
  readonly label: string;
  /** Always `audit_sample`. */
  readonly source: string;
  /** OIDC subject of the auditor. */
  readonly labelled_by: string;
  /** OIDC issuer of the auditor. */
  readonly issuer: string;
  /** The auditor's reason. */
  readonly note: null | string;
  /** Probability with which the action was sampled, 0 to 1. */
  readonly sample_probability: null | number;
  /** When it was answered. UTC epoch milliseconds. */
  readonly observed_at: number;
}

/** Reviewers changed the parameters; earlier votes no longer count. */
export interface VersionChanged {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** OIDC issuer. */
  readonly issuer: string;
  /** OIDC subject. */
  readonly reviewer_id: string;
  /** RFC 8785 text of the new parameters. */
  readonly parameters: string;
  /** Digest of the new version. */
  readonly digest: string;
  /** New packet. */
  readonly packet_digest: string;
  /** RFC 8785 text of the state after the changed action, when it could be derived. */
  readonly after: null | string;
  /** JSON text of the RFC 6902 patch. */
  readonly diff: null | string;
  /** The patch would be longer than 128 KiB: it is one `replace` at the root, with all of the new `after`. */
  readonly diff_truncated: boolean;
  /** New amount. */
  readonly amount_value: null | string;
  /** New currency. */
  readonly amount_currency: null | string;
  /** Quorum of the stricter gate. */
  readonly approvals_required: number;
  /** Vote ids that no longer count. */
  readonly voided_votes: readonly string[];
  /** When. UTC epoch milliseconds. */
  readonly changed_at: number;
}

/** An accepted vote. */
export interface VoteRecorded {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** The request. */
  readonly request_id: string;
  /** `approval`, `advisory`, `audit` or `decoy`. */
  readonly request_kind: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** The vote. */
  readonly vote_id: string;
  /** OIDC issuer. */
  readonly issuer: string;
  /** OIDC subject. */
  readonly reviewer_id: string;
  /** Role that made the voter eligible. */
  readonly role: null | string;
  /** `approve`, `deny` or `approve_with_changes`. */
  readonly vote: string;
  /** false when the vote binds nothing (advisory). */
  readonly counted: boolean;
  /** true when this vote ended the request. */
  readonly resolving: boolean;
  /** The reviewer's reason. */
  readonly reason: null | string;
  /** Packet voted on. */
  readonly packet_digest: string;
  /** Batch. */
  readonly batch_id: null | string;
  /** Counted approvals of the current version after this vote. */
  readonly approvals_given: number;
  /** Quorum after this vote. */
  readonly approvals_required: number;
  /** When the request opened. UTC epoch milliseconds. */
  readonly opened_at: number;
  /** When this reviewer first opened the packet. UTC epoch milliseconds. */
  readonly shown_at: null | number;
  /** When the vote entered the log. UTC epoch milliseconds. */
  readonly voted_at: number;
  /** The duty that the gate lets this voter combine with the vote: `operator` for somebody who operates the agent; else null. */
  readonly exception: null | string;
}

/** An admin had the record of a dead letter sent again, as it was. */
export interface DeadLetterReplayed {
  /** Tenant of the letter and of the admin. */
  readonly tenant: string;
  /** The letter. */
  readonly dead_letter_id: string;
  /** Topic from which the record came and to which it was sent. */
  readonly source_topic: string;
  /** Its partition. */
  readonly source_partition: number;
  /** Offset of the record that became the letter. */
  readonly source_offset: number;
  /** Issuer of the admin's token. */
  readonly issuer: string;
  /** The admin. */
  readonly subject: string;
  /** When. UTC epoch milliseconds. */
  readonly replayed_at: number;
}

/** One record header. */
export interface Header {
  /** Header name. */
  readonly name: string;
  /** Header value. */
  readonly value: Buffer;
}

/** A record that could not be processed, kept so that it can be sent again. */
export interface DeadLettered {
  /** Topic. */
  readonly source_topic: string;
  /** Partition. */
  readonly source_partition: number;
  /** Offset. */
  readonly source_offset: number;
  /** Original key. */
  readonly key: null | Buffer;
  /** Original value. */
  readonly value: null | Buffer;
  /** Original headers. */
  readonly headers: readonly Header[];
  /** Service and step that gave up, e.g. `intake/decode`. */
  readonly step: string;
  /** Stable code, e.g. `unknown_schema`. */
  readonly reason: string;
  /** What was wrong, without payload. */
  readonly detail: string;
  /** LogAppendTime of the original. UTC epoch milliseconds. */
  readonly recorded_at: number;
  /** True when key, value or headers are not whole, because the record was too large for a letter; `detail` says which. Such a letter cannot be replayed. */
  readonly is_cut: boolean;
}

/** The decision of one action. Published exactly once. */
export interface DecisionRecorded {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** Action digest. */
  readonly digest: string;
  /** Hash of the submitted body. */
  readonly body_hash: string;
  /** `dec_` + UUIDv5. */
  readonly decision_id: string;
  /** What the rules say. */
  readonly policy_decision: Verdict;
  /** What binds. */
  readonly effective_decision: Verdict;
  /** How the decision binds. */
  readonly mode: Mode;
  /** Environment whose bypass lifted the decision, else null. */
  readonly bypass: null | string;
  /** Policy that spoke. */
  readonly policy_name: string;
  /** Its version, 1 or more. */
  readonly policy_version: number;
  /** First matching rule, or null when the matrix or the fallback spoke. */
  readonly rule: null | string;
  /** `low`, `medium`, `high`; null when unclassified. */
  readonly impact: null | string;
  /** `low` or `high`; null when unclassified. */
  readonly reversibility: null | string;
  /** `low`, `medium`, `high`; null when unclassified. */
  readonly regulatory_pressure: null | string;
  /** Pointers of fields that were missing or not comparable. */
  readonly unknown: readonly string[];
  /** JSON text: the winning path, `[{ rule, condition, result, values }]`. */
  readonly explanation: string;
  /** Gate that binds. */
  readonly gate: null | string;
  /** Its pattern. */
  readonly gate_pattern: null | string;
  /** Quorum of the gate, 0 without one. */
  readonly approvals_required: number;
  /** Request that was opened. */
  readonly request_id: null | string;
  /** `approval`, `advisory`, `audit` or `decoy`. */
  readonly request_kind: null | string;
  /** When people should have responded. UTC epoch milliseconds. */
  readonly respond_by: null | number;
  /** When the request ends by itself. UTC epoch milliseconds. */
  readonly expires_at: null | number;
  /** Probability with which the action was sampled for audit. */
  readonly sample_probability: null | number;
  /** What the versions in shadow say. */
  readonly shadows: readonly ShadowVerdict[];
  /** Why the action is in or out of a partial rollout, e.g. `share 25 %: in`. */
  readonly segment: null | string;
  /** The agent version, model and action type that has no evidence yet, so that the conservative gate binds. */
  readonly unproven: null | string;
  /** The policy service's key that shares and samples were drawn with; null where nothing could be drawn. */
  readonly draw_key_id: null | string;
  /** Audit request that opens once the action is approved. */
  readonly audit_request_id: null | string;
}

/** What an action turned out to be. The label recorded last is the truth. */
export interface LabelRecorded {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** `lab_` id. */
  readonly label_id: string;
  /** `harmful` or `harmless`. */
  readonly label: string;
  /** `audit`, `chargeback`, `incident`, `replay` or another. */
  readonly source: string;
  /** Subject of the labeller. */
  readonly labelled_by: string;
  /** Free text. */
  readonly note: null | string;
  /** For audits: probability of being sampled. */
  readonly sample_probability: null | number;
  /** When it was observed. UTC epoch milliseconds. */
  readonly observed_at: number;
}

/** One attempt to deliver a message, and what came of it. */
export interface DeliveryAttempted {
  /** Tenant that owns the endpoint. */
  readonly tenant: string;
  /** Endpoint, as notifications.json names it; with the tenant, the record key. */
  readonly endpoint_id: string;
  /** The delivery. */
  readonly delivery_id: string;
  /** The action that the message is about. */
  readonly action_id: null | string;
  /** The request that the message is about. */
  readonly request_id: null | string;
  /** 1 for the first. */
  readonly attempt: number;
  /** `delivered`, `retrying` or `failed`; `failed` is not tried again by itself. */
  readonly outcome: string;
  /** HTTP or SMTP status of the answer; null without one. */
  readonly status: null | number;
  /** Why it was not delivered: `dns`, `forbidden_address`, `connect`, `tls`, `timeout`, `redirect`, `gone`, `status`, `smtp`, `no_mail_server` or `held_too_long`. */
  readonly error_class: null | string;
  /** How long the attempt took, milliseconds. */
  readonly duration_ms: number;
  /** When the next attempt is due; null when there is none. UTC epoch milliseconds. */
  readonly next_attempt_at: null | number;
  /** When the attempt began. UTC epoch milliseconds. */
  readonly attempted_at: number;
}

/** An endpoint was switched off or on. What is due to it waits meanwhile. */
export interface EndpointStateChanged {
  /** Tenant that owns the endpoint. */
  readonly tenant: string;
  /** Endpoint, as notifications.json names it; with the tenant, the record key. */
  readonly endpoint_id: string;
  /** Whether deliveries go on. */
  readonly enabled: boolean;
  /** `gone` (it answered 410), `failing` (a message was given up and none got through since it was queued) or `admin`. */
  readonly reason: string;
  /** OIDC issuer of the admin. */
  readonly issuer: null | string;
  /** OIDC subject of the admin. */
  readonly subject: null | string;
  /** When. UTC epoch milliseconds. */
  readonly changed_at: number;
}

/** A message is due to an endpoint. Copies may exist; the first one counts. */
export interface NotificationQueued {
  /** Tenant that owns the endpoint. */
  readonly tenant: string;
  /** Endpoint, as notifications.json names it; with the tenant, the record key. */
  readonly endpoint_id: string;
  /** `ntf_` + UUIDv5 of message and endpoint; a replay has one of its own. */
  readonly delivery_id: string;
  /** What receivers drop repeats by (`webhook-id`): the id of the event that the message is about. A replay keeps it. */
  readonly message_id: string;
  /** `request.opened`, `request.changed`, `request.resolved` or `endpoint.test`. */
  readonly message_type: string;
  /** The action that the message is about. */
  readonly action_id: null | string;
  /** The request that the message is about. */
  readonly request_id: null | string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: null | string;
  /** RFC 8785 text of the whole message as webhooks send it: type, timestamp, data. Never holds parameters or a rationale. */
  readonly message: string;
  /** Delivery that this one repeats. */
  readonly replay_of: null | string;
  /** OIDC issuer of whoever asked for a replay or a test. */
  readonly issuer: null | string;
  /** OIDC subject of whoever asked for a replay or a test. */
  readonly subject: null | string;
  /** When. UTC epoch milliseconds. */
  readonly queued_at: number;
}

/** What the executor reported. The latest counts, all are kept. */
export interface OutcomeRecorded {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** `act_` + UUIDv5; with the tenant, the record key. */
  readonly action_id: string;
  /** The caller's own run identifier, verbatim. */
  readonly run_id: string;
  /** Agent that proposed the action. */
  readonly agent_id: string;
  /** Type of the action, e.g. `refund`. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Version of the agent. */
  readonly agent_version: string;
  /** Model id. */
  readonly model_id: string;
  /** When intake admitted the action. UTC epoch milliseconds. */
  readonly submitted_at: number;
  /** When the decision entered the log. UTC epoch milliseconds. */
  readonly decided_at: number;
  /** Agent or executor. */
  readonly reported_by: string;
  /** `executed`, `failed` or `rolled_back`. */
  readonly status: string;
  /** RFC 8785 text. */
  readonly result: null | string;
  /** JSON text. */
  readonly post_checks: null | string;
  /** Number of failed post-checks. */
  readonly post_checks_failed: number;
  /** true when nothing had been redeemed. */
  readonly outcome_without_redemption: boolean;
  /** When the effect happened. UTC epoch milliseconds. */
  readonly occurred_at: null | number;
  /** When the report entered the log. UTC epoch milliseconds. */
  readonly recorded_at: number;
}

/** One immutable policy version. Its number is the rank of its content hash among the distinct ones of that tenant and name, in log order. */
export interface PolicyPublished {
  /** Tenant, or `*` for every tenant. */
  readonly tenant: string;
  /** Policy name. */
  readonly name: string;
  /** `sha256:` + hex over the file's bytes. */
  readonly content_hash: string;
  /** The YAML file, UTF-8 text. */
  readonly content: string;
  /** Who published it. */
  readonly author: string;
  /** Change note. */
  readonly note: null | string;
  /** When. UTC epoch milliseconds. */
  readonly published_at: number;
  /** Content hash of the version that this one was made from; null for a first version. */
  readonly parent: null | string;
  /** The YAML text of the cases that this version must pass; null where it has none. */
  readonly cases: null | string;
}

export type PolicyReportKind = 'unknown' | 'backtest' | 'shadow';

export type PolicyReportStatus = 'unknown' | 'complete' | 'insufficient_history';

/** Evidence about a policy version, published or not: what it would have decided over recorded history. */
export interface PolicyReported {
  /** Tenant whose history was read. */
  readonly tenant: string;
  /** Policy name. */
  readonly name: string;
  /** Content hash of the version that was tried, `sha256:` + hex. */
  readonly content_hash: string;
  /** Content hash of the version that was active; null where none was. */
  readonly against: null | string;
  /** How the evidence was gathered: `backtest` over past actions, `shadow` beside the active version. */
  readonly kind: PolicyReportKind;
  /** Whether there was enough history to conclude from. */
  readonly status: PolicyReportStatus;
  /** Decided actions that were compared. */
  readonly actions: number;
  /** Actions whose decision or gate would be another. */
  readonly changed: number;
  /** SHA-256 over RFC 8785 of the result, `sha256:` + hex; equal for the same versions and actions. */
  readonly result_hash: string;
  /** JSON text of the result, without the list of changed actions. */
  readonly result: string;
  /** Actions decided at or after. UTC epoch milliseconds. */
  readonly history_from: number;
  /** Actions decided before. UTC epoch milliseconds. */
  readonly history_to: number;
  /** Subject of the person who asked for it. */
  readonly reported_by: string;
  /** When. UTC epoch milliseconds. */
  readonly reported_at: number;
}

export type PolicyState = 'unknown' | 'draft' | 'shadow' | 'active' | 'retired';

/** A policy version enters a state. At most one version of a tenant and name is active: activating one retires the one before it. */
export interface PolicyStateChanged {
  /** Tenant of the policy, or `*` for every tenant. */
  readonly tenant: string;
  /** Policy name. */
  readonly name: string;
  /** The version's content hash, `sha256:` + hex. */
  readonly content_hash: string;
  /** The version's number, 1 or more; the content hash is what counts. */
  readonly version: number;
  /** State from this record on; `unknown` changes nothing. */
  readonly state: PolicyState;
  /** Mode in place of the file's own, in every environment; null = as the file says. */
  readonly mode: null | Mode;
  /** Who did it: a reviewer's subject, an operator, or the proposing agent of the approved change. */
  readonly by: string;
  /** Why. */
  readonly reason: null | string;
  /** The approved `policy_change` that released it; null where none is asked for. */
  readonly action_id: null | string;
  /** When. UTC epoch milliseconds. */
  readonly changed_at: number;
}

/** A time out of office. */
export interface Absence {
  /** First moment, UTC epoch milliseconds. */
  readonly from: number;
  /** First moment after it, UTC epoch milliseconds. */
  readonly until: number;
}

/** What the roster says of somebody. */
export interface Person {
  /** Name for people to read. */
  readonly name: null | string;
  /** The person's roles; null leaves them to the access token's claim. */
  readonly roles: null | readonly string[];
  /** Teams. */
  readonly teams: readonly string[];
  /** Agents that the person operates and so never approves. */
  readonly operates: readonly string[];
  /** Subjects who are asked instead while the person is out, in this order. */
  readonly alternates: readonly string[];
  /** Times out of office, during which nothing is assigned. */
  readonly absences: readonly Absence[];
  /** Most requests assigned at once, 1 or more; null means the default of 10. */
  readonly wip_limit: null | number;
}

/** One person's whole entry in the roster, as it is from now on. Kafka key: tenant|subject, and |issuer where one is named. The last one holds. */
export interface RosterChanged {
  /** Tenant. */
  readonly tenant: string;
  /** The person, as the identity provider names it in `sub`. */
  readonly subject: string;
  /** OIDC issuer that names the person; null: the first issuer of the deployment. */
  readonly issuer: null | string;
  /** The entry; null takes the person off: no role counts any more. */
  readonly person: null | Person;
  /** `file` from the roster file at start, `api` from an administrator, `self` from the person. */
  readonly source: string;
  /** `sha256:` over RFC 8785 of `person`. */
  readonly content_hash: string;
  /** Issuer of who changed it. */
  readonly changed_by_issuer: null | string;
  /** Subject who changed it; the operator for a file. */
  readonly changed_by: string;
  /** Why. */
  readonly reason: null | string;
}

/** A person signed out of the page. From this record on no instance takes the session's cookie, though it has not expired. */
export interface SessionEnded {
  /** Tenant of the person. */
  readonly tenant: string;
  /** `sha256:` + hex of the session's random id; the id itself is only in the cookie. */
  readonly session_digest: string;
  /** Subject of the person at the identity provider. */
  readonly subject: string;
  /** When. UTC epoch milliseconds. */
  readonly ended_at: number;
  /** When the session would have expired at the latest; the record can be forgotten then. UTC epoch milliseconds. */
  readonly expires_at: number;
}

/** An action as its agent submits it over Kafka. Record key: `tenant|idempotency_key`. JSON objects travel as JSON text. */
export interface ActionSubmitted {
  /** Tenant; must match the record key and the signing agent. */
  readonly tenant: string;
  /** Submitting agent; must match header `countersign-agent` and `agent.id`. */
  readonly agent_id: string;
  /** Caller's key, 1 to 255 characters; must match the record key. */
  readonly idempotency_key: string;
  /** The caller's own run identifier. */
  readonly run_id: string;
  /** JSON text of `{ id, version }`. */
  readonly agent: string;
  /** JSON text of `{ id }`. */
  readonly model: string;
  /** Type of the action. */
  readonly action_type: string;
  /** `staging`, `canary` or `production`. */
  readonly environment: string;
  /** Whom the agent acts for, e.g. `customer:812`. */
  readonly on_behalf_of: null | string;
  /** What the action changes, e.g. `order:12345`. */
  readonly target: null | string;
  /** JSON text of the object that takes effect. */
  readonly parameters: string;
  /** JSON text of the state before, as the agent states it. */
  readonly before: null | string;
  /** JSON text of the state after, as the agent states it. */
  readonly after: null | string;
  /** Why, in the agent's words (untrusted text). */
  readonly rationale: null | string;
  /** The agent's confidence, 0 to 1. */
  readonly confidence: null | number;
  /** JSON text of an object of named signals. */
  readonly signals: null | string;
  /** JSON text of prompt, inputs and output. */
  readonly context: null | string;
  /** JSON text of values of the world that must still hold at redemption. */
  readonly preconditions: null | string;
  /** Action id that this proposal replaces. */
  readonly supersedes: null | string;
  /** Action id whose effect this proposal takes back. */
  readonly reverses: null | string;
  /** Seconds in which people should respond, 1 or more; may only shorten the gate's time. */
  readonly respond_within_s: null | number;
  /** Compact JWS of providers, each about signals of this action. */
  readonly attestations: readonly string[];
}

/** What the agent reports after the effect, over Kafka. Record key: `tenant|idempotency_key`. */
export interface OutcomeReported {
  /** Tenant. */
  readonly tenant: string;
  /** Reporting agent. */
  readonly agent_id: string;
  /** Key of this report; repeated reports with it count once. */
  readonly idempotency_key: string;
  /** The action that took effect. */
  readonly action_id: string;
  /** `executed`, `failed` or `rolled_back`. */
  readonly status: string;
  /** JSON text of ids and facts of the effect. */
  readonly result: null | string;
  /** JSON text of `[{ name, passed, detail }]`. */
  readonly post_checks: null | string;
  /** When the effect happened. UTC epoch milliseconds. */
  readonly occurred_at: null | number;
}

/** An action enters a window that its policy counts in. The first entry of an action counts; copies may exist. */
export interface WindowEntered {
  /** Tenant that owns the action. */
  readonly tenant: string;
  /** Policy that declares the window. */
  readonly policy: string;
  /** The declaration as one text: name, kind of key, length in seconds and, for a sum, the fact. A changed declaration is another window. */
  readonly window: string;
  /** Whose actions are taken together: the agent, the customer or the target, verbatim. */
  readonly key: string;
  /** `act_` + UUIDv5. */
  readonly action_id: string;
  /** Length of the window, milliseconds, 1 or more. */
  readonly window_ms: number;
  /** Amount that the window sums, plain decimal; null where it only counts, and where the amount cannot be read. */
  readonly amount_value: null | string;
  /** ISO 4217 code of the amount. */
  readonly amount_currency: null | string;
  /** Log time of the proposal. UTC epoch milliseconds. */
  readonly proposed_at: number;
}

/** Every event by its record name. */
export interface EventMap {
  readonly ActionProposed: ActionProposed;
  readonly ActionDecided: ActionDecided;
  readonly BreakGlassRequested: BreakGlassRequested;
  readonly CancelRequested: CancelRequested;
  readonly CustodyRequested: CustodyRequested;
  readonly EvidenceAttached: EvidenceAttached;
  readonly FreezeRequested: FreezeRequested;
  readonly OutcomeFiled: OutcomeFiled;
  readonly PacketShown: PacketShown;
  readonly RedemptionRequested: RedemptionRequested;
  readonly ReleaseRequested: ReleaseRequested;
  readonly RevocationRequested: RevocationRequested;
  readonly Ticked: Ticked;
  readonly VoteCast: VoteCast;
  readonly CustodyChanged: CustodyChanged;
  readonly EvidenceRecorded: EvidenceRecorded;
  readonly FreezeChanged: FreezeChanged;
  readonly GlassBroken: GlassBroken;
  readonly GrantIssued: GrantIssued;
  readonly GrantLapsed: GrantLapsed;
  readonly GrantRedeemed: GrantRedeemed;
  readonly GrantRevoked: GrantRevoked;
  readonly HoldChanged: HoldChanged;
  readonly PacketOpened: PacketOpened;
  readonly Refused: Refused;
  readonly RequestEscalated: RequestEscalated;
  readonly RequestOpened: RequestOpened;
  readonly RequestReminded: RequestReminded;
  readonly RequestResolved: RequestResolved;
  readonly ReviewCompared: ReviewCompared;
  readonly SampleLabelled: SampleLabelled;
  readonly VersionChanged: VersionChanged;
  readonly VoteRecorded: VoteRecorded;
  readonly DeadLetterReplayed: DeadLetterReplayed;
  readonly DeadLettered: DeadLettered;
  readonly DecisionRecorded: DecisionRecorded;
  readonly LabelRecorded: LabelRecorded;
  readonly DeliveryAttempted: DeliveryAttempted;
  readonly EndpointStateChanged: EndpointStateChanged;
  readonly NotificationQueued: NotificationQueued;
  readonly OutcomeRecorded: OutcomeRecorded;
  readonly PolicyPublished: PolicyPublished;
  readonly PolicyReported: PolicyReported;
  readonly PolicyStateChanged: PolicyStateChanged;
  readonly RosterChanged: RosterChanged;
  readonly SessionEnded: SessionEnded;
  readonly ActionSubmitted: ActionSubmitted;
  readonly OutcomeReported: OutcomeReported;
  readonly WindowEntered: WindowEntered;
}

export type EventName = keyof EventMap;
