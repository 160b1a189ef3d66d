-- Contests whose names differ from an earlier one by case and spaces alone.
-- Grain: contest as spelled. Reads: kept, results. Writes: respelt_contests. Binds: none.
-- The first spelling is kept, of this file or of one before it.
CREATE OR REPLACE TEMP TABLE respelt_contests AS
WITH named AS (
  SELECT contest, min(line) AS line FROM kept GROUP BY contest
), earlier AS (
  SELECT bare_key(contest) AS key, min(contest) AS contest
  FROM (SELECT DISTINCT contest FROM results WHERE NOT is_past) GROUP BY ALL
), first AS (
  SELECT bare_key(contest) AS key, arg_min(contest, line) AS contest FROM named GROUP BY ALL
)
SELECT n.contest, coalesce(e.contest, f.contest) AS to_contest
FROM named n JOIN first f ON f.key = bare_key(n.contest) LEFT JOIN earlier e USING (key)
WHERE n.contest <> coalesce(e.contest, f.contest)
ORDER BY ALL;
