-- Actions with a blind review that waits for its answer: nobody but an admin is shown how people voted on them.
SELECT assumeNotNull(action_id) AS action_id FROM event_rows
WHERE action_id IN {action_ids:Array(String)} AND tenant = {tenant:String} AND type IN ('RequestOpened', 'RequestResolved')
GROUP BY action_id
HAVING NOT hasAll(
    groupUniqArrayIf(request_id, type = 'RequestResolved'),
    groupUniqArrayIf(request_id, type = 'RequestOpened' AND JSONExtractBool(payload, 'blind_review')))
