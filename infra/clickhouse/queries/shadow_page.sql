-- Recorded decisions about which a version in shadow spoke, oldest first, with what it said.
-- The cursor is the place of the last row of the page before. Times are whole milliseconds.
SELECT action_id, decided_at, policy_decision, decided_gate AS gate, shadows
FROM
(
    SELECT action_id, decided_at, policy_decision, decided_gate,
        arrayFilter(one -> one.policy_name = {name:String} AND one.policy_version = {version:UInt32}, shadows) AS shadows
    FROM audit
    WHERE tenant = {tenant:String}
        AND decided_at >= {after:DateTime64(3, 'UTC')} AND decided_at < {to:DateTime64(3, 'UTC')}
        AND (decided_at, action_id) > ({after:DateTime64(3, 'UTC')}, {after_id:String})
) AS said
WHERE notEmpty(shadows)
ORDER BY decided_at, action_id
LIMIT {limit:UInt32}
