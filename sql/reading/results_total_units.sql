-- Precincts that add up the other ones of their county, whatever they are called ('all', 'SUTTER CO CA').
-- Grain: state × date × contest × county × precinct. Reads: results, figures. Binds: $is_past.
-- In a contest, every figure of theirs is the sum of two other precincts or more; there are too many for chance. What
-- is a total in one contest is one in the others where it comes within a tenth of the sum: some precincts are missing
-- there, or there is but one. So is one of that name in another county, where it is the sum.
WITH unit AS (
  SELECT block, unit, sum(votes) AS votes, min(place) AS place
  FROM figures
  WHERE is_unit AND votes > 0
  GROUP BY block, unit
), together AS (
  SELECT block, sum(votes) AS votes, count(*) AS units FROM unit GROUP BY block HAVING count(*) >= 2
), near AS MATERIALIZED (
  SELECT u.place, u.votes, t.votes - u.votes AS others, t.units
  FROM unit u JOIN together t USING (block)
  WHERE u.votes BETWEEN 0.9 * (t.votes - u.votes) AND 1.1 * (t.votes - u.votes)
), beside AS MATERIALIZED (
  SELECT r.state, r.election_date, r.contest, r.county, r.precinct, n.votes, n.others, n.units
  FROM results r JOIN near n ON r.rowid = n.place
), figure AS (
  SELECT s.state, s.election_date, s.contest, s.county, s.precinct, r.candidate, r.mode,
         coalesce(sum(r.votes) FILTER (r.precinct = s.precinct), 0)  AS whole,
         coalesce(sum(r.votes) FILTER (r.precinct <> s.precinct), 0) AS parts
  FROM beside s
  JOIN results r ON r.is_past = $is_past AND r.precinct <> '' AND r.state = s.state AND r.contest = s.contest
    AND r.county = s.county AND r.election_date IS NOT DISTINCT FROM s.election_date
  WHERE s.votes = s.others AND s.units >= 3
  GROUP BY ALL
), total AS (
  SELECT state, election_date, contest, county, precinct
  FROM figure
  GROUP BY ALL
  HAVING bool_and(whole = parts) AND count(*) FILTER (whole > 0) >= 4
)
SELECT b.state, b.election_date, b.contest, b.county, b.precinct, b.votes::BIGINT AS votes
FROM beside b SEMI JOIN total t
  ON t.state = b.state AND t.election_date IS NOT DISTINCT FROM b.election_date AND t.precinct = b.precinct
 AND (t.county = b.county OR b.votes = b.others)
ORDER BY ALL
