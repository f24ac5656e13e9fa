-- Actions of one run that had an event until {as_of}.
SELECT DISTINCT assumeNotNull(action_id) AS action_id FROM event_rows
WHERE run_id = {run_id:String} AND tenant = {tenant:String} AND action_id IS NOT NULL AND type != ''
    AND recorded_at <= {as_of:DateTime64(3, 'UTC')}
