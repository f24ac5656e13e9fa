-- One row per decided action, replaced by a row computed from more of its events (`version` = distinct events seen).
-- The sorting key holds only what a decision fixes for ever, so that a newer row always meets the older one.
CREATE TABLE audit_rows ${on_cluster}
(
    tenant LowCardinality(String),
    run_id String,
    action_id String,
    request_id Nullable(String),
    request_kind LowCardinality(Nullable(String)),
    decision_id String,
    grant_id Nullable(String),
    grant_status LowCardinality(Nullable(String)),
    supersedes Nullable(String),
    action_type LowCardinality(String),
    environment LowCardinality(String),
    agent_id LowCardinality(String),
    agent_version LowCardinality(String),
    model_id LowCardinality(String),
    on_behalf_of Nullable(String),
    target Nullable(String),
    digest String,
    amount_value Nullable(Decimal(76, 18)),
    amount_currency LowCardinality(Nullable(String)),
    confidence Nullable(Float64),
    signals Nullable(String),
    input Nullable(String),
    diff Nullable(String),
    diff_truncated Bool,
    context Nullable(String),
    rationale Nullable(String),
    impact LowCardinality(Nullable(String)),
    reversibility LowCardinality(Nullable(String)),
    regulatory_pressure LowCardinality(Nullable(String)),
    policy_name LowCardinality(String),
    policy_version UInt32,
    rule LowCardinality(Nullable(String)),
    gate LowCardinality(Nullable(String)),
    gate_pattern LowCardinality(Nullable(String)),
    policy_decision LowCardinality(String),
    effective_decision LowCardinality(String),
    mode LowCardinality(String),
    bypass LowCardinality(Nullable(String)),
    unknown Array(String),
    explanation String,
    approval_status LowCardinality(String),
    resolved_by LowCardinality(Nullable(String)),
    changed Bool,
    overridden Bool,
    reviewer_id Nullable(String),
    reviewer_ids Array(String),
    reason Nullable(String),
    approvals_required UInt32,
    approvals_given UInt32,
    timestamp Nullable(DateTime64(3, 'UTC')),
    submitted_at DateTime64(3, 'UTC'),
    decided_at DateTime64(3, 'UTC'),
    opened_at Nullable(DateTime64(3, 'UTC')),
    first_vote_at Nullable(DateTime64(3, 'UTC')),
    respond_by Nullable(DateTime64(3, 'UTC')),
    expires_at Nullable(DateTime64(3, 'UTC')),
    resolved_at Nullable(DateTime64(3, 'UTC')),
    paused_s Decimal(18, 3),
    escalations UInt32,
    redeemed_at Nullable(DateTime64(3, 'UTC')),
    executor Nullable(String),
    held_at Nullable(DateTime64(3, 'UTC')),
    release_at Nullable(DateTime64(3, 'UTC')),
    released_at Nullable(DateTime64(3, 'UTC')),
    released_by Nullable(String),
    recalled_at Nullable(DateTime64(3, 'UTC')),
    recalled_by Nullable(String),
    outcome_status LowCardinality(Nullable(String)),
    outcome_at Nullable(DateTime64(3, 'UTC')),
    outcome_without_redemption Nullable(Bool),
    result Nullable(String),
    post_checks Nullable(String),
    post_checks_failed Nullable(UInt32),
    label LowCardinality(Nullable(String)),
    label_source LowCardinality(Nullable(String)),
    label_observed_at Nullable(DateTime64(3, 'UTC')),
    label_recorded_at Nullable(DateTime64(3, 'UTC')),
    sample_probability Nullable(Float64),
    effective_input Nullable(String),
    effective_diff Nullable(String),
    effective_diff_truncated Bool,
    effective_digest String,
    effective_amount_value Nullable(Decimal(76, 18)),
    effective_amount_currency LowCardinality(Nullable(String)),
    version UInt64,
    INDEX by_run run_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_action action_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_request request_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_type action_type TYPE set(64) GRANULARITY 1,
    INDEX by_status approval_status TYPE set(8) GRANULARITY 1,
    INDEX by_reviewer reviewer_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_time timestamp TYPE minmax GRANULARITY 1,
    INDEX by_decided decided_at TYPE minmax GRANULARITY 1,
    INDEX by_submitted submitted_at TYPE minmax GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree(version)
ORDER BY (tenant, decided_at, action_id)
SETTINGS index_granularity = 1024;

CREATE VIEW audit ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM audit_rows FINAL;

-- One row per accepted vote; `counted` turns false when a later change or late evidence voids the vote.
CREATE TABLE vote_rows ${on_cluster}
(
    tenant LowCardinality(String),
    vote_id String,
    action_id String,
    request_id String,
    request_kind LowCardinality(String),
    run_id String,
    action_type LowCardinality(String),
    gate LowCardinality(Nullable(String)),
    environment LowCardinality(String),
    issuer LowCardinality(String),
    reviewer_id String,
    role LowCardinality(Nullable(String)),
    exception LowCardinality(Nullable(String)),
    vote LowCardinality(String),
    counted Bool,
    resolving Bool,
    reason Nullable(String),
    packet_digest String,
    batch_id Nullable(String),
    opened_at DateTime64(3, 'UTC'),
    shown_at Nullable(DateTime64(3, 'UTC')),
    voted_at DateTime64(3, 'UTC'),
    seconds_to_vote Decimal(18, 3),
    handling_s Nullable(Decimal(18, 9)),
    version UInt64,
    INDEX by_run run_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_action action_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_request request_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_reviewer reviewer_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_type action_type TYPE set(64) GRANULARITY 1,
    INDEX by_time voted_at TYPE minmax GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree(version)
ORDER BY (tenant, voted_at, vote_id)
SETTINGS index_granularity = 1024;

CREATE VIEW votes ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM vote_rows FINAL;

-- A label and a refusal never change, so that rows with the same key are the same row.
CREATE TABLE label_rows ${on_cluster}
(
    tenant LowCardinality(String),
    label_id String,
    action_id String,
    run_id String,
    agent_id LowCardinality(String),
    action_type LowCardinality(String),
    environment LowCardinality(String),
    label LowCardinality(String),
    source LowCardinality(String),
    labelled_by String,
    note Nullable(String),
    sample_probability Nullable(Float64),
    observed_at DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    INDEX by_action action_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_run run_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree
ORDER BY (tenant, recorded_at, label_id);

CREATE VIEW labels ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * FROM label_rows FINAL;

CREATE TABLE refusal_rows ${on_cluster}
(
    tenant LowCardinality(String),
    refusal_id String,
    action_id String,
    run_id String,
    request_id Nullable(String),
    grant_id Nullable(String),
    attempt LowCardinality(String),
    subject String,
    code LowCardinality(String),
    rule LowCardinality(Nullable(String)),
    at DateTime64(3, 'UTC'),
    INDEX by_action action_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_request request_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree
ORDER BY (tenant, at, refusal_id);

CREATE VIEW refusals ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * FROM refusal_rows FINAL;
