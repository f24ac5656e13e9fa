-- What the log refused about each action in {action_ids}, once per event.
WITH facts AS
(
    SELECT
        tenant,
        assumeNotNull(action_id) AS id,
        event_id,
        (recorded_at, topic, partition, offset) AS place,
        JSONExtract(payload, 'Tuple(
            run_id String, request_id Nullable(String), grant_id Nullable(String), attempt String, subject String, code String,
            rule Nullable(String), refused_at Int64)') AS f
    FROM event_rows
    WHERE action_id IN {action_ids:Array(String)} AND type = 'Refused' AND recorded_at <= {as_of:DateTime64(3, 'UTC')}
    ORDER BY place
    LIMIT 1 BY tenant, event_id
)
SELECT
    tenant,
    event_id AS refusal_id,
    id AS action_id,
    f.run_id AS run_id,
    f.request_id AS request_id,
    f.grant_id AS grant_id,
    f.attempt AS attempt,
    f.subject AS subject,
    f.code AS code,
    f.rule AS rule,
    fromUnixTimestamp64Milli(f.refused_at, 'UTC') AS at
FROM facts
