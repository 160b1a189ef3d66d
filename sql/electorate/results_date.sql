-- The day of the election that the returns are of; NULL without any. Grain: one row. Reads: results.
SELECT max(election_date) AS results_date FROM results WHERE NOT is_past
