-- Past counties whose votes all stand under election day, in a ballot whose other counties divide theirs: the total of
-- all modes in the place of one. A county that votes by mail alone is none of these.
-- Grain: state × date × county. Reads: results (is_past = true). Binds: none.
WITH county AS (
  SELECT state, election_date, county, count(DISTINCT precinct) AS precincts, sum(votes) AS votes,
         coalesce(sum(votes) FILTER (mode IN ('mail', 'early_in_person')), 0) AS early,
         coalesce(sum(votes) FILTER (mode = 'election_day'), 0)               AS poll
  FROM results
  WHERE is_past AND votes > 0
  GROUP BY ALL
)
SELECT state, election_date, county, votes::BIGINT AS votes
FROM county
WINDOW ballot AS (PARTITION BY state, election_date)
QUALIFY early = 0 AND poll > 0 AND precincts >= 3 AND votes >= 1000
    AND count(*) FILTER (early >= 0.1 * votes) OVER ballot >= 5
    AND count(*) FILTER (early >= 0.1 * votes) OVER ballot >= 0.8 * count(*) OVER ballot
ORDER BY ALL
