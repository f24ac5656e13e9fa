-- Actions with a blind review that waits for its answer, or is about to be opened: nobody but an admin is shown how people
-- voted on them.
SELECT assumeNotNull(action_id) AS action_id FROM event_rows
WHERE action_id IN {action_ids:Array(String)} AND tenant = {tenant:String} AND type IN ('RequestOpened', 'RequestResolved')
GROUP BY action_id
HAVING countIf(JSONExtractBool(payload, 'blind_review')) > 0
    AND countIf(type = 'RequestResolved' AND JSONExtractString(payload, 'request_kind') = 'audit') = 0
