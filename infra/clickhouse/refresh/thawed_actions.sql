-- Pending actions of partitions in which a freeze was lifted since they were opened: no record of their own tells of it.
SELECT DISTINCT action_id
FROM (SELECT tenant, action_id, opened_at FROM audit_rows FINAL WHERE approval_status = 'pending' AND opened_at IS NOT NULL) AS a
INNER JOIN
(
    SELECT tenant, max(fromUnixTimestamp64Milli(JSONExtract(payload, 'changed_at', 'Int64'), 'UTC')) AS lifted
    FROM event_rows
    WHERE type = 'FreezeChanged' AND NOT JSONExtract(payload, 'frozen', 'Bool')
    GROUP BY tenant
) AS f USING (tenant)
WHERE lifted >= opened_at
