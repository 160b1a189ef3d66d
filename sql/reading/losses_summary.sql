-- How many contests of the returns may lack votes, of how many.
-- Grain: one row. Reads: losses, results (is_past = false). Binds: none.
WITH contests AS (SELECT DISTINCT contest FROM results WHERE NOT is_past)
SELECT count(*) AS contests,
       count(*) FILTER (contest IN (SELECT contest FROM losses WHERE contest IS NOT NULL)
                        OR EXISTS (FROM losses WHERE contest IS NULL)) AS lacking
FROM contests;
