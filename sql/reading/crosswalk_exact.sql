-- Precincts spelled alike on both sides, unless the crosswalk speaks of them.
-- Grain: results' county × precinct. Reads: result_units, voter_units, precinct_map. Binds: none.
INSERT INTO precinct_map
SELECT r.county, r.precinct, v.county, v.precinct, 'exact'
FROM result_units r JOIN voter_units v USING (county, precinct)
ANTI JOIN precinct_map m ON m.county = r.county AND m.precinct = r.precinct;
