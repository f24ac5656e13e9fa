SELECT * FROM labels
WHERE action_id IN {action_ids:Array(String)} AND tenant = {tenant:String}
ORDER BY recorded_at, label_id
