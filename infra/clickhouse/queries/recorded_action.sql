-- The proposal and the decision of one action, as recorded: of several proposals the one whose body was decided.
WITH
    (SELECT argMin(payload, (recorded_at, topic, partition, offset)) FROM events
        WHERE tenant = {tenant:String} AND action_id = {action_id:String} AND type = 'DecisionRecorded') AS decided
SELECT
    argMin(payload, (recorded_at, topic, partition, offset)) AS proposed,
    toUnixTimestamp64Milli(min(recorded_at)) AS proposed_ms,
    decided
FROM events
WHERE tenant = {tenant:String} AND action_id = {action_id:String} AND type = 'ActionProposed'
    AND JSONExtractString(payload, 'body_hash') = JSONExtractString(decided, 'body_hash')
