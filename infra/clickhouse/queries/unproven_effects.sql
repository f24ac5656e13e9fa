-- What operators look at: effects that nobody reported, an hour after their token was redeemed, and reports of effects without a token.
SELECT
    countIf(outcome_status IS NULL AND redeemed_at < now64(3) - INTERVAL 1 HOUR) AS redeemed_without_outcome,
    countIf(ifNull(outcome_without_redemption, false)) AS outcome_without_redemption
FROM audit_rows FINAL
WHERE decided_at > now64(3) - INTERVAL 7 DAY
