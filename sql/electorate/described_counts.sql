-- How many voters share a feature row, what they did, and whether they were eligible.
-- Grain: key × outcome × eligible. Reads: described (described.sql).
SELECT key, outcome, eligible, count(*) AS voters
FROM described
GROUP BY ALL
ORDER BY ALL
