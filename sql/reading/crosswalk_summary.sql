-- How well the precincts of the current results and of the voter file meet. Votes: counted ones in precincts.
-- Grain: one row. Reads: result_units, voter_units, precinct_map. Binds: none.
WITH unmatched AS (
  SELECT r.votes FROM result_units r ANTI JOIN precinct_map m USING (county, precinct) WHERE r.is_current
), absent AS (
  SELECT v.voters FROM voter_units v ANTI JOIN (
    SELECT m.to_county, m.to_precinct FROM precinct_map m JOIN result_units r USING (county, precinct) WHERE r.is_current
  ) t ON t.to_county = v.county AND t.to_precinct = v.precinct
)
SELECT (SELECT count(*) FROM result_units WHERE is_current) AS units,
       (SELECT coalesce(sum(votes), 0) FROM result_units WHERE is_current) AS votes,
       (SELECT count(*) FROM unmatched) AS unmatched,
       (SELECT coalesce(sum(votes), 0) FROM unmatched) AS unmatched_votes,
       (SELECT count(*) FROM voter_units) AS voter_units,
       (SELECT coalesce(sum(voters), 0) FROM voter_units) AS voters,
       (SELECT count(*) FROM absent) AS absent,
       (SELECT coalesce(sum(voters), 0) FROM absent) AS absent_voters,
       (SELECT count(*) FROM precinct_map m JOIN result_units r USING (county, precinct)
        WHERE r.is_current AND m.how <> 'exact') AS respelled;
