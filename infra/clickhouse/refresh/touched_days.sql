-- The days of decisions and of votes that the actions in {action_ids} belong to.
SELECT DISTINCT tenant, toDate(decided_at, 'UTC') AS day FROM audit_rows WHERE action_id IN {action_ids:Array(String)}
UNION DISTINCT
SELECT DISTINCT tenant, toDate(voted_at, 'UTC') AS day FROM vote_rows WHERE action_id IN {action_ids:Array(String)}
