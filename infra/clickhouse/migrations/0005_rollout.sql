-- How a rollout decided: what the versions in shadow say, why an action is in or out of a partial rollout, and which
-- agent version, model and action type had no evidence yet; with which key shares and samples were drawn.
ALTER TABLE audit_rows ${on_cluster}
    ADD COLUMN IF NOT EXISTS shadows Array(Tuple(policy_name String, policy_version UInt32, policy_decision String, rule Nullable(String), gate Nullable(String))) AFTER decided_gate,
    ADD COLUMN IF NOT EXISTS segment LowCardinality(Nullable(String)) AFTER shadows,
    ADD COLUMN IF NOT EXISTS unproven LowCardinality(Nullable(String)) AFTER segment,
    ADD COLUMN IF NOT EXISTS draw_key_id LowCardinality(Nullable(String)) AFTER unproven;

-- Rows follow from the events: telemetry writes them again when it takes its partitions over.
TRUNCATE TABLE audit_rows ${on_cluster};

DROP VIEW audit ${on_cluster};

CREATE VIEW audit ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM audit_rows FINAL;
