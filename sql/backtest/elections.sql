-- Elections that the history holds, in time order.
-- Grain: state × election date. Reads: results (is_past = true). Binds: none.
SELECT state, election_date, count(*) AS lines
FROM results
WHERE is_past AND election_date IS NOT NULL
GROUP BY state, election_date
ORDER BY election_date, state
