-- Metrics of one UTC day of decisions. A day is written whole; the groups of its highest version are the current ones,
-- so that a group which an action has left (a stricter gate after a change) disappears with the older version.
CREATE TABLE metrics_daily_rows ${on_cluster}
(
    tenant LowCardinality(String),
    day Date,
    environment LowCardinality(String),
    action_type LowCardinality(String),
    gate LowCardinality(Nullable(String)),
    actions UInt64,
    gated UInt64,
    would_gate UInt64,
    overrides UInt64,
    resolved_by_people UInt64,
    time_to_approve_n UInt64,
    time_to_approve_median_s Nullable(Float64),
    time_to_approve_p95_s Nullable(Float64),
    false_positives UInt64,
    false_negatives UInt64,
    harmless UInt64,
    harmful UInt64,
    unlabelled UInt64,
    expired UInt64,
    redeemed_without_outcome UInt64,
    version UInt64
)
ENGINE = ${replicated}ReplacingMergeTree(version)
ORDER BY (tenant, day, environment, action_type, gate)
SETTINGS allow_nullable_key = 1;

CREATE VIEW metrics_daily ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM metrics_daily_rows FINAL
WHERE (tenant, day, version) IN (SELECT tenant, day, max(version) FROM metrics_daily_rows GROUP BY tenant, day);

-- Reviewer burden of one UTC day of votes, by the same rule.
CREATE TABLE burden_daily_rows ${on_cluster}
(
    tenant LowCardinality(String),
    day Date,
    environment LowCardinality(String),
    reviewer_id String,
    actions UInt64,
    votes UInt64,
    minutes Nullable(Decimal(38, 9)),
    version UInt64
)
ENGINE = ${replicated}ReplacingMergeTree(version)
ORDER BY (tenant, day, environment, reviewer_id);

CREATE VIEW burden_daily ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM burden_daily_rows FINAL
WHERE (tenant, day, version) IN (SELECT tenant, day, max(version) FROM burden_daily_rows GROUP BY tenant, day);
