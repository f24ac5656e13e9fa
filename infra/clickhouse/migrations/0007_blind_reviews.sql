-- True while a blind review of what people approved waits for its answer: until then those routes which say who voted do
-- not say it of this action.
ALTER TABLE audit_rows ${on_cluster}
    ADD COLUMN IF NOT EXISTS review_open Bool AFTER draw_key_id;

-- Rows follow from the events: telemetry writes them again when it takes its partitions over.
TRUNCATE TABLE audit_rows ${on_cluster};

DROP VIEW audit ${on_cluster};

CREATE VIEW audit ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT * EXCEPT (version) FROM audit_rows FINAL;
