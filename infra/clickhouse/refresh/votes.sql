-- The accepted votes on each action in {action_ids}, from its events recorded until {as_of}. A vote that a later change
-- of the parameters or late evidence voided is no longer counted. Handling time runs from packet shown to vote, at most 30 minutes.
WITH
    facts AS
    (
        SELECT
            tenant,
            assumeNotNull(action_id) AS id,
            type,
            (recorded_at, topic, partition, offset) AS at,
            JSONExtract(if(type IN ('VoteRecorded', 'VersionChanged', 'EvidenceRecorded'), payload, ''), 'Tuple(
                run_id String, action_type String, environment String, request_id String, request_kind String, gate Nullable(String),
                vote_id String, issuer String, reviewer_id String, role Nullable(String), exception Nullable(String), vote String, counted Bool, resolving Bool, reason Nullable(String),
                packet_digest String, batch_id Nullable(String), opened_at Int64, shown_at Nullable(Int64), voted_at Int64,
                voided_votes Array(String))') AS f
        FROM event_rows
        WHERE action_id IN {action_ids:Array(String)} AND recorded_at <= {as_of:DateTime64(3, 'UTC')} AND type != ''
    ),
    folded AS
    (
        SELECT
            tenant,
            id,
            uniqExact(at) AS version,
            groupUniqArrayArrayIf(f.voided_votes, type IN ('VersionChanged', 'EvidenceRecorded')) AS voided,
            arraySort(v -> v.1, groupArrayIf((at, f), type = 'VoteRecorded')) AS copies
        FROM facts
        GROUP BY tenant, id
        HAVING countIf(type = 'VoteRecorded') > 0
    ),
    one_by_one AS
    (
        SELECT tenant, id, version, voided, vote.2 AS v
        FROM folded
        ARRAY JOIN arrayFilter((c, i) -> indexOf(arrayMap(m -> m.2.vote_id, copies), c.2.vote_id) = i, copies, arrayEnumerate(copies)) AS vote
    )
SELECT
    tenant,
    v.vote_id AS vote_id,
    id AS action_id,
    v.request_id AS request_id,
    v.request_kind AS request_kind,
    v.run_id AS run_id,
    v.action_type AS action_type,
    v.gate AS gate,
    v.environment AS environment,
    v.issuer AS issuer,
    v.reviewer_id AS reviewer_id,
    v.role AS role,
    v.exception AS exception,
    v.vote AS vote,
    v.counted AND NOT has(voided, v.vote_id) AS counted,
    v.resolving AS resolving,
    v.reason AS reason,
    v.packet_digest AS packet_digest,
    v.batch_id AS batch_id,
    fromUnixTimestamp64Milli(v.opened_at, 'UTC') AS opened_at,
    fromUnixTimestamp64Milli(v.shown_at, 'UTC') AS shown_at,
    fromUnixTimestamp64Milli(v.voted_at, 'UTC') AS voted_at,
    toDecimal64(v.voted_at - v.opened_at, 3) / 1000 AS seconds_to_vote,
    -- least and greatest skip a NULL, so they alone would say 0 of a packet that was never opened.
    if(v.shown_at IS NULL, NULL, toDecimal64(least(greatest(v.voted_at - v.shown_at, 0), 1800000), 9) / 1000) AS handling_s,
    version
FROM one_by_one
