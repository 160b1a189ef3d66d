-- How many voters share a feature row, what they did, whether they were eligible, and how their ballots stand.
-- Grain: key × outcome × eligible × ballot. Reads: described (described.sql).
SELECT key, outcome, eligible, ballot, count(*) AS voters
FROM described
GROUP BY ALL
ORDER BY ALL
