-- Every label of each action in {action_ids} recorded until {as_of}, once per label_id (its first record): those that
-- labellers brought, and what audits of samples found.
WITH facts AS
(
    SELECT
        tenant,
        assumeNotNull(action_id) AS id,
        recorded_at,
        (recorded_at, topic, partition, offset) AS at,
        JSONExtract(payload, 'Tuple(
            run_id String, agent_id String, action_type String, environment String, label_id String, label String, source String,
            labelled_by String, note Nullable(String), sample_probability Nullable(Float64), observed_at Int64)') AS f
    FROM event_rows
    WHERE action_id IN {action_ids:Array(String)} AND type IN ('LabelRecorded', 'SampleLabelled') AND recorded_at <= {as_of:DateTime64(3, 'UTC')}
    ORDER BY at
    LIMIT 1 BY tenant, f.label_id
)
SELECT
    tenant,
    f.label_id AS label_id,
    id AS action_id,
    f.run_id AS run_id,
    f.agent_id AS agent_id,
    f.action_type AS action_type,
    f.environment AS environment,
    f.label AS label,
    f.source AS source,
    f.labelled_by AS labelled_by,
    f.note AS note,
    f.sample_probability AS sample_probability,
    fromUnixTimestamp64Milli(f.observed_at, 'UTC') AS observed_at,
    recorded_at
FROM facts
