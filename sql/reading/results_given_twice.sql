-- Figures of the returns that stand in more than one line and are added up.
-- Grain: one row. Reads: results (is_past = false). Binds: none.
SELECT count(*) AS figures, coalesce(sum(votes), 0)::BIGINT AS votes
FROM (
  SELECT sum(votes) AS votes
  FROM results
  WHERE NOT is_past AND votes > 0
  GROUP BY contest, county, precinct, candidate, mode
  HAVING count(*) > 1
)
