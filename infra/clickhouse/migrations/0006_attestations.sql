-- Signals that named providers attested of an action: RFC 8785 text of `[{provider, signals, attested_at}]`.
ALTER TABLE audit_rows ${on_cluster}
    ADD COLUMN IF NOT EXISTS attestations Nullable(String) AFTER signals;

-- Rows follow from the events: telemetry writes them again when it takes its partitions over.
TRUNCATE TABLE audit_rows ${on_cluster};

DROP VIEW audit ${on_cluster};

CREATE VIEW audit ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM audit_rows FINAL;
