-- Figures of a mode that are the same for every candidate, precinct after precinct: a total copied to each of them.
-- Grain: state × date × contest × county × mode. Reads: results, figures. Binds: $is_past.
-- True ties are one precinct in twenty or so; four in five of three precincts or more, with as much of the votes, are
-- not chance. Hamlets where each candidate has one vote are not what the votes are of.
WITH by_place AS (
  SELECT block, way, unit,
    max(votes)                                       AS votes,
    count(*) > 1 AND min(votes) = max(votes)         AS is_same,
    min(place)                                       AS place
  FROM figures
  GROUP BY block, way, unit
  HAVING max(votes) > 0
), copied AS (
  SELECT min(place) AS place, sum(votes)::BIGINT AS votes
  FROM by_place
  GROUP BY block, way
  HAVING count(*) >= 3 AND sum(votes) >= 30 AND avg(is_same::INTEGER) >= 0.8
    AND sum(votes) FILTER (is_same) >= 0.8 * sum(votes)
)
SELECT $is_past AS is_past, r.state, r.election_date, r.contest, r.county, r.mode, c.votes
FROM results r JOIN copied c ON r.rowid = c.place
ORDER BY ALL
