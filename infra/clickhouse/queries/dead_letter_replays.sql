-- Who sent a dead letter again, oldest first; a copy of a record has the same event_id.
SELECT event_id, payload
FROM event_rows FINAL
WHERE type = 'DeadLetterReplayed' AND tenant = {tenant:String}
    AND JSONExtractString(payload, 'dead_letter_id') = {id:String}
ORDER BY recorded_at, event_id
LIMIT 1 BY event_id
