-- One dead letter of a tenant, or of nobody.
SELECT event_id, tenant, time, recorded_at, payload
FROM event_rows FINAL
WHERE type = 'DeadLettered' AND event_id = {id:String} AND tenant IN ({tenant:String}, '')
ORDER BY recorded_at
LIMIT 1
