-- The metrics of the days ({tenants}[i], {days}[i]), each day whole.
WITH rows AS
(
    SELECT
        *,
        toDate(decided_at, 'UTC') AS day,
        resolved_by = 'people' AND mode IN ('enforce', 'partial') AS binding,
        resolved_by = 'people' AND approval_status = 'approved' AS approved,
        date_diff('millisecond', opened_at, resolved_at) / 1000 - paused_s AS s
    FROM audit_rows FINAL
    WHERE decided_at >= toDateTime64(arrayMin({days:Array(Date)}), 3, 'UTC')
        AND decided_at < toDateTime64(arrayMax({days:Array(Date)}) + 1, 3, 'UTC')
        AND has(arrayZip({tenants:Array(String)}, {days:Array(Date)}), (tenant, toDate(decided_at, 'UTC')))
)
SELECT
    tenant,
    day,
    environment,
    action_type,
    gate,
    count() AS actions,
    countIf(effective_decision = 'require_approval') AS gated,
    countIf(policy_decision = 'require_approval') AS would_gate,
    countIf(overridden) AS overrides,
    countIf(binding) AS resolved_by_people,
    countIf(approved) AS time_to_approve_n,
    if(time_to_approve_n = 0, NULL, quantileExactInclusiveIf(0.5)(assumeNotNull(s), ifNull(approved, false))) AS time_to_approve_median_s,
    if(time_to_approve_n = 0, NULL, quantileExactInclusiveIf(0.95)(assumeNotNull(s), ifNull(approved, false))) AS time_to_approve_p95_s,
    countIf(policy_decision != 'allow' AND label = 'harmless') AS false_positives,
    countIf(policy_decision = 'allow' AND label = 'harmful') AS false_negatives,
    countIf(label = 'harmless') AS harmless,
    countIf(label = 'harmful') AS harmful,
    countIf(label IS NULL) AS unlabelled,
    countIf(approval_status = 'expired') AS expired,
    countIf(redeemed_at IS NOT NULL AND outcome_status IS NULL) AS redeemed_without_outcome,
    any(day_version) AS version
FROM (SELECT *, sum(version) OVER (PARTITION BY tenant, day) AS day_version FROM rows)
GROUP BY tenant, day, environment, action_type, gate
