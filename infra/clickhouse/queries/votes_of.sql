SELECT * FROM votes
WHERE action_id IN {action_ids:Array(String)} AND tenant = {tenant:String}
ORDER BY voted_at, vote_id
