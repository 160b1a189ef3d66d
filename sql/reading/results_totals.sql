-- Whole-county and whole-district figures beside finer ones of the same contest and mode.
-- Grain: state × date × contest × whole unit × mode. Reads: results. Binds: $is_past.
-- is_sum: every candidate's figure is exactly what the finer units add up to, so the figure repeats them.
WITH part AS (
  SELECT state, election_date, contest, mode, candidate, county, precinct, sum(votes) AS votes
  FROM results
  WHERE is_past = $is_past AND votes IS NOT NULL AND (state, contest) IN (
    SELECT (state, contest) FROM results WHERE is_past = $is_past AND precinct = '')
  GROUP BY ALL
), whole AS (
  SELECT state, election_date, contest, mode, candidate, county, votes FROM part WHERE precinct = ''
), finer AS (
  SELECT DISTINCT state, election_date, contest, mode, county FROM part WHERE precinct <> ''
), sums AS (
  SELECT w.state, w.election_date, w.contest, w.mode, w.candidate, w.county, w.votes, sum(p.votes) AS parts
  FROM whole w
  JOIN part p ON p.state = w.state AND p.election_date IS NOT DISTINCT FROM w.election_date AND p.contest = w.contest
    AND p.mode = w.mode AND p.candidate = w.candidate
    AND CASE WHEN w.county = '' THEN p.county <> '' OR p.precinct <> ''
             ELSE p.county = w.county AND p.precinct <> '' END
    -- under a whole district, counties count once: by their precincts where these are there
    AND NOT (w.county = '' AND p.precinct = '' AND EXISTS (
      SELECT 1 FROM finer f
      WHERE f.state = p.state AND f.election_date IS NOT DISTINCT FROM p.election_date AND f.contest = p.contest
        AND f.mode = p.mode AND f.county = p.county))
  GROUP BY ALL
)
SELECT state, election_date, contest, mode, county,
       bool_and(votes = parts) AS is_sum, sum(votes)::BIGINT AS votes, sum(parts)::BIGINT AS parts
FROM sums
GROUP BY state, election_date, contest, mode, county
HAVING sum(parts) > 0
ORDER BY ALL
