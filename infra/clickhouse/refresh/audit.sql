-- The audit row of each decided action in {action_ids}, from its events recorded until {as_of}.
-- A copied event changes nothing: first and last are by log order, labels count once per label_id, the version counts distinct offsets.
-- Of several proposals with one action_id the row shows the one whose body was decided.
-- Clocks stand still in a freeze, which is a record of its partition and of no action: a pending row moves when it is lifted.
WITH
    freezes AS
    (
        SELECT
            tenant, JSONExtractString(payload, 'freeze_id') AS freeze_id, JSONExtract(payload, 'partition', 'UInt32') AS lies_in,
            any(JSONExtract(payload, 'agent_id', 'Nullable(String)')) AS agent_id,
            any(JSONExtract(payload, 'action_type', 'Nullable(String)')) AS action_type,
            minIf(JSONExtract(payload, 'changed_at', 'Int64'), JSONExtract(payload, 'frozen', 'Bool')) AS since,
            maxIf(JSONExtract(payload, 'changed_at', 'Int64'), NOT JSONExtract(payload, 'frozen', 'Bool')) AS lifted
        FROM event_rows
        WHERE type = 'FreezeChanged' AND recorded_at <= {as_of:DateTime64(3, 'UTC')}
        GROUP BY tenant, freeze_id, lies_in
        HAVING since > 0
    ),
    (SELECT groupArray((tenant, lies_in, agent_id, action_type, since, lifted)) FROM freezes) AS all_freezes,
    facts AS
    (
        SELECT
            tenant,
            assumeNotNull(action_id) AS id,
            type,
            recorded_at,
            payload,
            (recorded_at, topic, partition, offset) AS at,
            JSONExtractString(if(type IN ('RequestOpened', 'VoteRecorded', 'RequestResolved', 'EvidenceRecorded'), payload, ''), 'request_kind') = 'approval' AS binding
        FROM event_rows
        WHERE action_id IN {action_ids:Array(String)} AND recorded_at <= {as_of:DateTime64(3, 'UTC')} AND type != ''
    ),
    folded AS
    (
        SELECT
            tenant,
            id,
            uniqExact(at) AS version,
            argMinIf(payload, at, type = 'DecisionRecorded') AS decided,
            arraySort(groupArrayIf((at, payload), type = 'ActionProposed')) AS proposals,
            argMinIf(payload, at, type = 'RequestOpened' AND binding) AS opened,
            argMinIf(at.3, at, type = 'RequestOpened' AND binding) AS lies_in,
            argMaxIf(payload, at, type = 'VersionChanged') AS version_changed,
            minIf(JSONExtract(if(type = 'VoteRecorded', payload, ''), 'voted_at', 'Nullable(Int64)'), type = 'VoteRecorded' AND binding) AS first_vote_ms,
            argMaxIf(payload, at, type = 'VoteRecorded' AND binding) AS voted,
            -- Evidence voids every approval that counted, so none is given until the next vote.
            maxIf(at, type = 'EvidenceRecorded' AND binding) > maxIf(at, type = 'VoteRecorded' AND binding) AS none_given,
            argMinIf(payload, at, type = 'RequestResolved' AND binding) AS resolved,
            countIf(JSONExtractBool(if(type IN ('RequestOpened', 'RequestResolved'), payload, ''), 'blind_review')) > 0
                AND countIf(JSONExtractString(if(type = 'RequestResolved', payload, ''), 'request_kind') = 'audit') = 0 AS review_open,
            uniqExactIf(JSONExtractString(if(type = 'RequestEscalated', payload, ''), 'request_id'), type = 'RequestEscalated') AS escalated,
            argMinIf(payload, at, type = 'GrantIssued') AS issued,
            arraySort(groupArrayIf((at, JSONExtract(if(type = 'HoldChanged', payload, ''), 'Tuple(
                status String, release_at Nullable(Int64), reviewer_id Nullable(String), changed_at Int64)')), type = 'HoldChanged')) AS holds,
            argMinIf(payload, at, type = 'GrantRedeemed') AS redeemed,
            argMinIf(type, at, type IN ('GrantRedeemed', 'GrantRevoked', 'GrantLapsed')) AS grant_end,
            argMaxIf(payload, at, type = 'OutcomeRecorded') AS reported,
            argMaxIf(recorded_at, at, type = 'OutcomeRecorded') AS outcome_recorded_at,
            arraySort(groupArrayIf((at, recorded_at, JSONExtractString(if(type IN ('LabelRecorded', 'SampleLabelled'), payload, ''), 'label_id'), payload), type IN ('LabelRecorded', 'SampleLabelled'))) AS label_copies
        FROM facts
        GROUP BY tenant, id
        HAVING countIf(type = 'DecisionRecorded') > 0
    ),
    named AS
    (
        SELECT
            tenant,
            id,
            version,
            first_vote_ms,
            escalated,
            grant_end,
            none_given,
            review_open,
            outcome_recorded_at,
            arrayMap(hold -> hold.2, holds) AS h,
            arrayFilter(hold -> hold.status = 'held', h) AS held,
            arrayFilter(hold -> hold.status = 'released', h) AS released,
            arrayFilter(hold -> hold.status = 'recalled', h) AS recalled,
            JSONExtract(decided, 'Tuple(
                run_id Nullable(String), agent_id Nullable(String), agent_version Nullable(String), model_id Nullable(String),
                action_type Nullable(String), environment Nullable(String), submitted_at Nullable(Int64), decided_at Nullable(Int64),
                digest Nullable(String), body_hash Nullable(String), decision_id Nullable(String), policy_decision Nullable(String),
                effective_decision Nullable(String), mode Nullable(String), bypass Nullable(String), policy_name Nullable(String),
                policy_version Nullable(UInt32), rule Nullable(String), impact Nullable(String), reversibility Nullable(String),
                regulatory_pressure Nullable(String), unknown Array(String), explanation Nullable(String), gate Nullable(String),
                gate_pattern Nullable(String), approvals_required Nullable(UInt32), request_id Nullable(String),
                request_kind Nullable(String), sample_probability Nullable(Float64), segment Nullable(String), unproven Nullable(String), draw_key_id Nullable(String),
                shadows Array(Tuple(policy_name String, policy_version UInt32, policy_decision String, rule Nullable(String), gate Nullable(String))))') AS d,
            JSONExtract(arrayFirst(copy -> JSONExtractString(copy.2, 'body_hash') = JSONExtractString(decided, 'body_hash'), proposals).2, 'Tuple(
                supersedes Nullable(String), reverses Nullable(String), on_behalf_of Nullable(String), target Nullable(String), amount_value Nullable(String),
                amount_currency Nullable(String), confidence Nullable(Float64), signals Nullable(String), attestations Nullable(String), parameters Nullable(String),
                before Nullable(String), after Nullable(String), diff Nullable(String), diff_truncated Bool, context Nullable(String),
                rationale Nullable(String))') AS p,
            JSONExtract(opened, 'Tuple(
                request_id Nullable(String), request_kind Nullable(String), opened_at Nullable(Int64), respond_by Nullable(Int64),
                expires_at Nullable(Int64))') AS o,
            -- Beginnings and ends of the freezes that hold it; `depth` of them stand after each. What has not ended moves nothing yet.
            arrayFilter(f -> f.1 = tenant AND f.2 = lies_in AND ifNull(f.3 = d.agent_id, true) AND ifNull(f.4 = d.action_type, true)
                AND (f.6 = 0 OR f.6 > o.opened_at), all_freezes) AS holding,
            arraySort(arrayConcat(
                arrayMap(f -> (greatest(f.5, ifNull(o.opened_at, 0)), 1), holding),
                arrayMap(f -> (f.6, -1), arrayFilter(f -> f.6 > 0, holding)))) AS edges,
            arrayCumSum(edge -> edge.2, edges) AS depth,
            arrayLastIndex(one -> one = 0, depth) AS ended,
            arraySum(arrayMap((edge, one, i) -> multiIf(i > ended, 0, one = 0, edge.1, one = 1 AND edge.2 = 1, -edge.1, 0),
                edges, depth, arrayEnumerate(edges))) AS stood_ms,
            JSONExtract(version_changed, 'Tuple(
                gate Nullable(String), digest Nullable(String), parameters Nullable(String), after Nullable(String), diff Nullable(String), diff_truncated Bool,
                amount_value Nullable(String), amount_currency Nullable(String), approvals_required Nullable(UInt32))') AS c,
            JSONExtract(voted, 'Tuple(approvals_required Nullable(UInt32), approvals_given Nullable(UInt32))') AS v,
            JSONExtract(resolved, 'Tuple(
                gate Nullable(String), status Nullable(String), resolved_by Nullable(String), reviewer_id Nullable(String),
                reviewer_ids Array(String), reason Nullable(String), changed Nullable(Bool), digest Nullable(String),
                approvals_required Nullable(UInt32), approvals_given Nullable(UInt32), respond_by Nullable(Int64), expires_at Nullable(Int64),
                paused_ms Nullable(Int64), resolved_at Nullable(Int64))') AS r,
            JSONExtract(issued, 'grant_id', 'Nullable(String)') AS issued_grant_id,
            JSONExtract(redeemed, 'Tuple(redeemed_at Nullable(Int64), executor_id Nullable(String))') AS x,
            JSONExtract(reported, 'Tuple(
                status Nullable(String), occurred_at Nullable(Int64), outcome_without_redemption Nullable(Bool), result Nullable(String),
                post_checks Nullable(String), post_checks_failed Nullable(UInt32))') AS y,
            arrayFilter((copy, i) -> indexOf(arrayMap(other -> other.3, label_copies), copy.3) = i, label_copies, arrayEnumerate(label_copies)) AS label_list,
            notEmpty(label_list) AS labelled,
            label_list[-1].2 AS last_labelled_at,
            JSONExtract(label_list[-1].4, 'Tuple(
                label Nullable(String), source Nullable(String), observed_at Nullable(Int64), sample_probability Nullable(Float64))') AS l
        FROM folded
    )
SELECT
    tenant,
    ifNull(d.run_id, '') AS run_id,
    id AS action_id,
    coalesce(o.request_id, d.request_id) AS request_id,
    coalesce(o.request_kind, d.request_kind) AS request_kind,
    ifNull(d.decision_id, '') AS decision_id,
    issued_grant_id AS grant_id,
    multiIf(issued_grant_id IS NULL, NULL, grant_end = 'GrantRedeemed', 'consumed', grant_end = 'GrantRevoked', 'revoked', grant_end = 'GrantLapsed', 'lapsed', 'issued') AS grant_status,
    p.supersedes AS supersedes,
    p.reverses AS reverses,
    ifNull(d.action_type, '') AS action_type,
    ifNull(d.environment, '') AS environment,
    ifNull(d.agent_id, '') AS agent_id,
    ifNull(d.agent_version, '') AS agent_version,
    ifNull(d.model_id, '') AS model_id,
    p.on_behalf_of AS on_behalf_of,
    p.target AS target,
    ifNull(d.digest, '') AS digest,
    toDecimal256OrNull(p.amount_value, 18) AS amount_value,
    p.amount_currency AS amount_currency,
    p.confidence AS confidence,
    p.signals AS signals,
    p.attestations AS attestations,
    p.parameters AS input,
    -- A patch that would be too long is not stored: it is one `replace` of everything.
    if(p.diff_truncated, concat('[{"op":"replace","path":"","value":', p.after, '}]'), p.diff) AS diff,
    p.diff_truncated AS diff_truncated,
    p.context AS context,
    p.rationale AS rationale,
    d.impact AS impact,
    d.reversibility AS reversibility,
    d.regulatory_pressure AS regulatory_pressure,
    ifNull(d.policy_name, '') AS policy_name,
    ifNull(d.policy_version, 0) AS policy_version,
    d.rule AS rule,
    coalesce(r.gate, c.gate, d.gate) AS gate,
    d.gate_pattern AS gate_pattern,
    ifNull(d.policy_decision, 'unknown') AS policy_decision,
    ifNull(d.effective_decision, 'unknown') AS effective_decision,
    ifNull(d.mode, 'unknown') AS mode,
    d.bypass AS bypass,
    d.unknown AS unknown,
    ifNull(d.explanation, '[]') AS explanation,
    multiIf(effective_decision = 'allow', 'not_required', effective_decision = 'deny', 'denied', ifNull(r.status, 'pending')) AS approval_status,
    multiIf(effective_decision IN ('allow', 'deny'), 'policy', r.resolved_by) AS resolved_by,
    coalesce(r.changed, c.digest != d.digest, false) AS changed,
    request_kind = 'approval' AND mode IN ('enforce', 'partial') AND ifNull(resolved_by = 'people', false)
        AND (approval_status = 'denied' OR approval_status = 'approved' AND changed) AS overridden,
    r.reviewer_id AS reviewer_id,
    r.reviewer_ids AS reviewer_ids,
    r.reason AS reason,
    coalesce(r.approvals_required, v.approvals_required, c.approvals_required, d.approvals_required, 0) AS approvals_required,
    coalesce(r.approvals_given, if(none_given, 0, v.approvals_given), 0) AS approvals_given,
    resolved_at AS timestamp,
    fromUnixTimestamp64Milli(ifNull(d.submitted_at, 0), 'UTC') AS submitted_at,
    fromUnixTimestamp64Milli(ifNull(d.decided_at, 0), 'UTC') AS decided_at,
    fromUnixTimestamp64Milli(o.opened_at, 'UTC') AS opened_at,
    fromUnixTimestamp64Milli(first_vote_ms, 'UTC') AS first_vote_at,
    fromUnixTimestamp64Milli(coalesce(r.respond_by, o.respond_by + stood_ms), 'UTC') AS respond_by,
    fromUnixTimestamp64Milli(coalesce(r.expires_at, o.expires_at + stood_ms), 'UTC') AS expires_at,
    if(resolved_by = 'policy', decided_at, fromUnixTimestamp64Milli(r.resolved_at, 'UTC')) AS resolved_at,
    toDecimal64(ifNull(r.paused_ms, 0), 3) / 1000 AS paused_s,
    escalated AS escalations,
    fromUnixTimestamp64Milli(x.redeemed_at, 'UTC') AS redeemed_at,
    x.executor_id AS executor,
    if(notEmpty(held), fromUnixTimestamp64Milli(held[1].changed_at, 'UTC'), NULL) AS held_at,
    fromUnixTimestamp64Milli(held[-1].release_at, 'UTC') AS release_at,
    if(notEmpty(released), fromUnixTimestamp64Milli(released[1].changed_at, 'UTC'), NULL) AS released_at,
    if(notEmpty(released), ifNull(released[1].reviewer_id, 'clock'), NULL) AS released_by,
    if(notEmpty(recalled), fromUnixTimestamp64Milli(recalled[1].changed_at, 'UTC'), NULL) AS recalled_at,
    if(notEmpty(recalled), ifNull(recalled[1].reviewer_id, 'clock'), NULL) AS recalled_by,
    y.status AS outcome_status,
    if(y.status IS NULL, NULL, ifNull(fromUnixTimestamp64Milli(y.occurred_at, 'UTC'), outcome_recorded_at)) AS outcome_at,
    y.outcome_without_redemption AS outcome_without_redemption,
    y.result AS result,
    y.post_checks AS post_checks,
    y.post_checks_failed AS post_checks_failed,
    l.label AS label,
    l.source AS label_source,
    fromUnixTimestamp64Milli(l.observed_at, 'UTC') AS label_observed_at,
    if(labelled, last_labelled_at, NULL) AS label_recorded_at,
    coalesce(l.sample_probability, d.sample_probability) AS sample_probability,
    if(changed, ifNull(c.parameters, p.parameters), p.parameters) AS effective_input,
    if(changed, if(c.diff_truncated, concat('[{"op":"replace","path":"","value":', c.after, '}]'), c.diff), diff) AS effective_diff,
    if(changed, c.diff_truncated, p.diff_truncated) AS effective_diff_truncated,
    coalesce(r.digest, c.digest, d.digest, '') AS effective_digest,
    if(changed, toDecimal256OrNull(c.amount_value, 18), amount_value) AS effective_amount_value,
    if(changed, c.amount_currency, amount_currency) AS effective_amount_currency,
    p.before AS before,
    p.after AS after,
    d.gate AS decided_gate,
    d.shadows AS shadows,
    d.segment AS segment,
    d.unproven AS unproven,
    d.draw_key_id AS draw_key_id,
    review_open,
    version
FROM named
-- Planning so many expressions costs more than computing them for a few hundred actions, and threads more than they bring.
SETTINGS max_threads = 1, query_plan_merge_expressions = 0, query_plan_filter_push_down = 0
