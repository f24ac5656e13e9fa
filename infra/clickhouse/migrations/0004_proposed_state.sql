-- What a policy needs to judge a recorded action again: the states that the proposal named, and the gate of its first
-- decision (`gate` is the one that it ended under).
ALTER TABLE audit_rows ${on_cluster}
    ADD COLUMN IF NOT EXISTS before Nullable(String) AFTER effective_amount_currency,
    ADD COLUMN IF NOT EXISTS after Nullable(String) AFTER before,
    ADD COLUMN IF NOT EXISTS decided_gate LowCardinality(Nullable(String)) AFTER after;

-- Rows follow from the events: telemetry writes them again when it takes its partitions over.
TRUNCATE TABLE audit_rows ${on_cluster};

DROP VIEW audit ${on_cluster};

CREATE VIEW audit ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM audit_rows FINAL;
