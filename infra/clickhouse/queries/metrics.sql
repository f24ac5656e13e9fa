-- Every metric of the decisions in [{from}, {to}), by the dimensions in {group_by}. Definitions: docs/metrics.md.
-- An empty filter does not filter. {blind} keeps back whose votes resolved what waits for a blind review. {now} is the moment at which a pending request is judged late.
WITH cohort AS
(
    SELECT
        *,
        mode IN ('enforce', 'partial') AND ifNull(resolved_by = 'people', false) AS binding,
        ifNull(resolved_by = 'people' AND approval_status = 'approved', false) AS approved,
        date_diff('millisecond', opened_at, resolved_at) / 1000 - paused_s AS s,
        ifNull(respond_by <= {now:DateTime64(3, 'UTC')}, false) AS due,
        ifNull(request_kind = 'advisory', false) AS advisory,
        advisory AND action_id IN (SELECT action_id FROM votes WHERE tenant = {tenant:String} AND request_kind = 'advisory' AND resolving) AS advised,
        advised AND action_id IN (SELECT action_id FROM votes WHERE tenant = {tenant:String} AND request_kind = 'advisory' AND resolving AND vote = 'deny') AS advised_denial,
        action_id IN (SELECT action_id FROM votes WHERE tenant = {tenant:String} AND request_kind = 'approval' AND counted AND exception IS NOT NULL) AS excepted,
        label = 'harmful' AND if(outcome_status IS NULL, redeemed_at IS NOT NULL, outcome_status != 'failed') AS harm,
        mapFilter((name, value) -> has({group_by:Array(String)}, name), map(
            'action_type', toNullable(toString(action_type)), 'gate', toNullable(gate)::Nullable(String),
            'policy', toNullable(toString(policy_name)), 'policy_version', toNullable(toString(policy_version)), 'agent_version', toNullable(toString(agent_version)),
            'model_id', toNullable(toString(model_id)), 'environment', toNullable(toString(environment)),
            'reviewer_id', if({blind:Bool} AND review_open, NULL, reviewer_id), 'day', toNullable(toString(toDate(decided_at, 'UTC'))))) AS key
    FROM audit
    WHERE tenant = {tenant:String}
        AND decided_at >= {from:DateTime64(3, 'UTC')} AND decided_at < {to:DateTime64(3, 'UTC')}
        AND ({environment:String} = '' OR environment = {environment:String})
        AND ({action_type:String} = '' OR action_type = {action_type:String})
        AND ({gate:String} = '' OR gate = {gate:String})
        AND ({policy:String} = '' OR policy_name = {policy:String})
        AND ({policy_version:String} = '' OR toString(policy_version) = {policy_version:String})
        AND ({agent_version:String} = '' OR agent_version = {agent_version:String})
        AND ({model_id:String} = '' OR model_id = {model_id:String})
        AND ({reviewer_id:String} = '' OR reviewer_id = {reviewer_id:String} AND NOT ({blind:Bool} AND review_open))
        AND ({day:String} = '' OR toString(toDate(decided_at, 'UTC')) = {day:String})
)
SELECT
    key,
    count() AS actions,
    countIf(effective_decision = 'require_approval') AS gated,
    countIf(policy_decision = 'require_approval') AS would_gate,
    countIf(overridden) AS overrides,
    countIf(binding) AS resolved_by_people,
    countIf(approved) AS approvals,
    if(approvals = 0, NULL, quantileExactInclusiveIf(0.5)(assumeNotNull(s), approved)) AS median_s,
    if(approvals = 0, NULL, quantileExactInclusiveIf(0.95)(assumeNotNull(s), approved)) AS p95_s,
    countIf(due AND ifNull(resolved_at, {now:DateTime64(3, 'UTC')}) > respond_by) AS sla_misses,
    countIf(due) AS sla_due,
    countIf(policy_decision != 'allow' AND label = 'harmless') AS false_positives,
    countIf(policy_decision = 'allow' AND label = 'harmful') AS false_negatives,
    countIf(label = 'harmless') AS harmless,
    countIf(label = 'harmful') AS harmful,
    countIf(label IS NULL) AS unlabelled,
    countIf(harm AND approval_status = 'not_required') AS harmful_allowed,
    countIf(harm AND approval_status = 'approved' AND resolved_by = 'people') AS harmful_approved,
    countIf(harm AND approval_status = 'approved' AND resolved_by = 'admin') AS harmful_glass,
    countIf(resolved_by = 'admin') AS break_glass,
    countIf(excepted) AS exceptions,
    countIf(approval_status = 'expired') AS expired,
    sum(escalations) AS escalated,
    countIf(redeemed_at IS NOT NULL AND outcome_status IS NULL) AS redeemed_without_outcome,
    countIf(advisory) AS advisory_requests,
    countIf(advised) AS advisory_answered,
    countIf(advised_denial) AS advisory_denials,
    countIf(advised AND advised_denial = (policy_decision = 'deny')) AS advisory_agreements,
    sumMapIf(map(ifNull(amount_currency, ''), ifNull(amount_value, 0)), effective_decision = 'require_approval' AND amount_value IS NOT NULL) AS money_gated,
    sumMapIf(map(ifNull(amount_currency, ''), ifNull(amount_value, 0)), approval_status = 'denied' AND amount_value IS NOT NULL) AS money_denied
FROM cohort
GROUP BY key
ORDER BY mapValues(key)
