-- Actions with events that a derived table has not seen. Run when a partition is taken over.
-- `audit` counts every event. `votes`, `labels` and `refusals` have a row for each of theirs; an audit row alone does not
-- vouch for them, because an event that arrives between two refreshes is in `audit` first. A vote may be voided later.
WITH
    seen AS
    (
        SELECT
            tenant,
            assumeNotNull(action_id) AS action_id,
            uniqExact(topic, partition, offset) AS events,
            uniqExactIf(event_id, type = 'VoteRecorded') AS votes,
            countIf(type IN ('VersionChanged', 'EvidenceRecorded')) AS changes,
            uniqExactIf(event_id, type IN ('LabelRecorded', 'SampleLabelled')) AS labels,
            uniqExactIf(event_id, type = 'Refused') AS refusals
        FROM event_rows
        WHERE action_id IS NOT NULL AND type != ''
        GROUP BY tenant, action_id
    )
SELECT action_id
FROM seen
LEFT JOIN (SELECT tenant, action_id, max(version) AS version FROM audit_rows GROUP BY tenant, action_id) AS a USING (tenant, action_id)
LEFT JOIN (SELECT tenant, action_id, uniqExact(vote_id) AS written FROM vote_rows GROUP BY tenant, action_id) AS v USING (tenant, action_id)
LEFT JOIN (SELECT tenant, action_id, uniqExact(label_id) AS written FROM label_rows GROUP BY tenant, action_id) AS l USING (tenant, action_id)
LEFT JOIN (SELECT tenant, action_id, uniqExact(refusal_id) AS written FROM refusal_rows GROUP BY tenant, action_id) AS r USING (tenant, action_id)
WHERE events > a.version OR votes > v.written OR changes > 0 OR labels > l.written OR refusals > r.written
