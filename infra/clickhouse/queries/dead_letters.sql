-- Dead letters of a tenant and those of nobody, newest first; a copy of a letter has the same event_id.
SELECT event_id, tenant, time, recorded_at, payload
FROM event_rows FINAL
WHERE type = 'DeadLettered' AND tenant IN ({tenant:String}, '')
    AND (recorded_at, event_id) < ({before:DateTime64(3, 'UTC')}, {before_id:String})
ORDER BY recorded_at DESC, event_id DESC
LIMIT 1 BY event_id
LIMIT {limit:UInt32}
