SELECT * FROM audit
WHERE run_id = {run_id:String} AND tenant = {tenant:String}
ORDER BY decided_at, action_id
