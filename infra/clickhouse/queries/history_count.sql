-- How many actions `history_page.sql` will answer in all, for a progress bar.
SELECT toUInt32(count()) AS actions
FROM audit
WHERE tenant = {tenant:String}
    AND decided_at >= {from:DateTime64(3, 'UTC')} AND decided_at < {to:DateTime64(3, 'UTC')}
    AND (empty({action_types:Array(String)}) OR action_type IN {action_types:Array(String)})
