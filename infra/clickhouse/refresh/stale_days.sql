-- Days whose metrics were computed before the last row of that day changed.
SELECT tenant, day
FROM (SELECT tenant, toDate(decided_at, 'UTC') AS day, sum(version) AS version FROM audit_rows FINAL GROUP BY tenant, day) AS a
LEFT JOIN (SELECT tenant, day, max(version) AS written FROM metrics_daily_rows GROUP BY tenant, day) AS m USING (tenant, day)
WHERE version > written
UNION DISTINCT
SELECT tenant, day
FROM (SELECT tenant, toDate(voted_at, 'UTC') AS day, sum(version) AS version FROM vote_rows FINAL GROUP BY tenant, day) AS v
LEFT JOIN (SELECT tenant, day, max(version) AS written FROM burden_daily_rows GROUP BY tenant, day) AS b USING (tenant, day)
WHERE version > written
