-- Recorded actions of some types as a backtest reads them, oldest decision first; an empty list of types means all.
-- The cursor is the place of the last row of the page before. Times are whole milliseconds.
WITH handled AS
(
    SELECT action_id, toUInt64(round(sum(handling_s) * 1000)) AS handling_ms
    FROM votes
    -- No request waits longer than the log remembers it.
    WHERE tenant = {tenant:String} AND request_kind = 'approval' AND handling_s IS NOT NULL
        AND voted_at >= {after:DateTime64(3, 'UTC')} AND voted_at < {to:DateTime64(3, 'UTC')} + INTERVAL 9 DAY
    GROUP BY action_id
)
SELECT
    action_id,
    decided_at,
    toFloat64(toUnixTimestamp64Milli(page.submitted_at)) AS submitted_at,
    agent_id, agent_version, model_id, action_type, environment, on_behalf_of, target, confidence,
    ifNull(input, 'null') AS parameters,
    signals, attestations, before, after,
    -- Of the explanation only what the log counted is needed: windows, and what people denied before.
    if(multiSearchAny(explanation, ['"rule":"velocity"', '"rule":"denials"']), explanation, '[]') AS explanation,
    policy_name, policy_version, policy_decision, effective_decision, mode, decided_gate, unproven, draw_key_id,
    approval_status, resolved_by, changed, outcome_status, post_checks_failed, label,
    toString(amount_value) AS amount_value,
    amount_currency,
    handling_ms,
    if(opened_at IS NULL OR resolved_at IS NULL, NULL,
        date_diff('millisecond', opened_at, resolved_at) - toInt64(paused_s * 1000)) AS waited_ms,
    resolved_at > respond_by AS sla_missed
FROM
(
    SELECT *
    FROM audit
    WHERE tenant = {tenant:String}
        AND decided_at >= {after:DateTime64(3, 'UTC')} AND decided_at < {to:DateTime64(3, 'UTC')}
        AND (decided_at, action_id) > ({after:DateTime64(3, 'UTC')}, {after_id:String})
        AND (empty({action_types:Array(String)}) OR action_type IN {action_types:Array(String)})
    ORDER BY decided_at, action_id
    LIMIT {limit:UInt32}
) AS page
LEFT JOIN handled USING (action_id)
ORDER BY decided_at, action_id
SETTINGS join_use_nulls = 1
