-- The reviewer burden of the days ({tenants}[i], {days}[i]), each day whole.
SELECT
    tenant,
    day,
    environment,
    reviewer_id,
    uniqExact(action_id) AS actions,
    count() AS votes,
    sum(handling_s) / 60 AS minutes,
    any(day_version) AS version
FROM
(
    SELECT *, toDate(voted_at, 'UTC') AS day, sum(version) OVER (PARTITION BY tenant, day) AS day_version
    FROM vote_rows FINAL
    WHERE voted_at >= toDateTime64(arrayMin({days:Array(Date)}), 3, 'UTC')
        AND voted_at < toDateTime64(arrayMax({days:Array(Date)}) + 1, 3, 'UTC')
        AND has(arrayZip({tenants:Array(String)}, {days:Array(Date)}), (tenant, toDate(voted_at, 'UTC')))
)
GROUP BY tenant, day, environment, reviewer_id
