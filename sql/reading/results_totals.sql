-- Whole-county and whole-district figures beside finer ones of the same contest and mode.
-- Grain: contest × whole unit × mode. Reads: results (is_past = false). Binds: none.
-- is_sum: every candidate's figure is exactly what the finer units add up to, so the figure repeats them.
WITH part AS (
  SELECT contest, mode, candidate, county, precinct, sum(votes) AS votes
  FROM results WHERE NOT is_past AND votes IS NOT NULL
  GROUP BY ALL
), whole AS (
  SELECT contest, mode, candidate, county, votes FROM part WHERE precinct = ''
), sums AS (
  SELECT w.contest, w.mode, w.candidate, w.county, w.votes, sum(p.votes) AS parts
  FROM whole w
  JOIN part p ON p.contest = w.contest AND p.mode = w.mode AND p.candidate = w.candidate
    AND CASE WHEN w.county = '' THEN p.county <> '' OR p.precinct <> ''
             ELSE p.county = w.county AND p.precinct <> '' END
    -- under a whole district, counties count once: by their precincts where these are there
    AND NOT (w.county = '' AND p.precinct = '' AND p.county IN (
      SELECT finer.county FROM part finer WHERE finer.contest = p.contest AND finer.mode = p.mode AND finer.precinct <> ''))
  GROUP BY ALL
)
SELECT contest, mode, county, bool_and(votes = parts) AS is_sum, sum(votes)::BIGINT AS votes, sum(parts)::BIGINT AS parts
FROM sums
GROUP BY contest, mode, county
HAVING sum(parts) > 0
ORDER BY contest, mode, county
