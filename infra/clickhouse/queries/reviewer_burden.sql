-- Distinct actions and minutes per person and UTC day, for the votes in [{from}, {to}). {blind} leaves out what waits for a
-- blind review.
SELECT reviewer_id, toDate(voted_at, 'UTC') AS day, uniqExact(action_id) AS actions, sum(handling_s) / 60 AS minutes
FROM votes
WHERE tenant = {tenant:String}
    AND voted_at >= {from:DateTime64(3, 'UTC')} AND voted_at < {to:DateTime64(3, 'UTC')}
    AND ({environment:String} = '' OR environment = {environment:String})
    AND ({action_type:String} = '' OR action_type = {action_type:String})
    AND ({gate:String} = '' OR gate = {gate:String})
    AND ({reviewer_id:String} = '' OR reviewer_id = {reviewer_id:String})
    AND NOT ({blind:Bool} AND action_id IN (SELECT action_id FROM audit WHERE tenant = {tenant:String} AND review_open))
    AND ({day:String} = '' OR toString(toDate(voted_at, 'UTC')) = {day:String})
    AND ({policy:String} = '' AND {policy_version:String} = '' AND {agent_version:String} = '' AND {model_id:String} = '' OR action_id IN (
        SELECT action_id FROM audit
        WHERE tenant = {tenant:String}
            AND ({policy:String} = '' OR policy_name = {policy:String})
            AND ({policy_version:String} = '' OR toString(policy_version) = {policy_version:String})
            AND ({agent_version:String} = '' OR agent_version = {agent_version:String})
            AND ({model_id:String} = '' OR model_id = {model_id:String})))
GROUP BY reviewer_id, day
ORDER BY day, reviewer_id
