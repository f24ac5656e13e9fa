-- The action that this one takes back; who looks for the other side asks which rows name an action here.
ALTER TABLE audit_rows ${on_cluster}
    ADD COLUMN IF NOT EXISTS reverses Nullable(String) AFTER supersedes;

-- Rows follow from the events: telemetry writes them again when it takes its partitions over.
TRUNCATE TABLE audit_rows ${on_cluster};

DROP VIEW audit ${on_cluster};

CREATE VIEW audit ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM audit_rows FINAL;
