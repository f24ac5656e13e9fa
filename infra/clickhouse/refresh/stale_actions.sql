-- Actions that have events which their audit row has not seen, or no row yet. Run when a partition is taken over.
SELECT action_id
FROM
(
    SELECT tenant, assumeNotNull(action_id) AS action_id, uniqExact(topic, partition, offset) AS seen
    FROM event_rows
    WHERE action_id IS NOT NULL AND type != ''
    GROUP BY tenant, action_id
) AS e
LEFT JOIN (SELECT tenant, action_id, max(version) AS version FROM audit_rows GROUP BY tenant, action_id) AS a USING (tenant, action_id)
WHERE seen > version
