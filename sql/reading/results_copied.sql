-- Figures of a mode that are the same for every candidate, precinct after precinct: a total copied to each of them.
-- Grain: state × date × contest × county × mode. Reads: results. Binds: $is_past.
-- True ties are one precinct in twenty or so; four in five of three precincts or more are not chance.
WITH by_place AS (
  SELECT state, election_date, contest, county, precinct, mode,
    max(votes)                                       AS votes,
    count(*) > 1 AND min(votes) = max(votes)         AS is_same
  FROM results
  WHERE is_past = $is_past
  GROUP BY ALL
  HAVING max(votes) > 0
)
SELECT $is_past AS is_past, state, election_date, contest, county, mode, sum(votes)::BIGINT AS votes
FROM by_place
GROUP BY state, election_date, contest, county, mode
HAVING count(*) >= 3 AND sum(votes) >= 30 AND avg(is_same::INTEGER) >= 0.8
ORDER BY ALL
