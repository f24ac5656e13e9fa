-- Newest decisions first; the cursor is the place of the last row of the page before. An empty filter does not filter.
SELECT * FROM audit
WHERE tenant = {tenant:String}
    AND decided_at >= {from:DateTime64(3, 'UTC')} AND decided_at < {to:DateTime64(3, 'UTC')}
    AND (decided_at, action_id) < ({before:DateTime64(3, 'UTC')}, {before_id:String})
    AND ({action_type:String} = '' OR action_type = {action_type:String})
    AND ({approval_status:String} = '' OR approval_status = {approval_status:String})
    AND ({reviewer_id:String} = '' OR reviewer_id = {reviewer_id:String} AND NOT ({blind:Bool} AND review_open))
    AND ({agent_id:String} = '' OR agent_id = {agent_id:String})
    AND ({run_id:String} = '' OR run_id = {run_id:String})
    AND ({action_id:String} = '' OR action_id = {action_id:String})
    AND ({environment:String} = '' OR environment = {environment:String})
ORDER BY decided_at DESC, action_id DESC
LIMIT {limit:UInt32}
