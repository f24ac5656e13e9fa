-- The one sink: every public record once, by its place in Kafka. No PARTITION BY, so that one insert is one atomic part.
-- A row with an empty type marks an offset that held no event (its bytes are on the dead-letter topic).
CREATE TABLE event_rows ${on_cluster}
(
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64 CODEC(Delta, ZSTD),
    event_id String,
    type LowCardinality(String),
    schema_version UInt32,
    time DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    tenant LowCardinality(String),
    action_id Nullable(String),
    request_id Nullable(String),
    run_id Nullable(String),
    actor Nullable(String),
    payload String CODEC(ZSTD),
    INDEX by_action action_id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX by_request request_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_run run_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_time recorded_at TYPE minmax GRANULARITY 1,
    INDEX by_type type TYPE set(32) GRANULARITY 1
)
ENGINE = ${replicated}ReplacingMergeTree
ORDER BY (topic, partition, offset)
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 10000;

-- A dead letter holds what was refused, unredacted and of a tenant that is only claimed: it is no part of what analysts read.
CREATE VIEW events ${on_cluster} DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT topic, partition, offset, event_id, type, schema_version, time, recorded_at, tenant, action_id, request_id, run_id, actor, payload
FROM event_rows FINAL
WHERE type NOT IN ('', 'DeadLettered');
