-- Precincts that the user's crosswalk maps to the voter file's.
-- Grain: results' county × precinct. Reads: crosswalk, result_units, voter_units. Binds: none.
INSERT INTO precinct_map
SELECT DISTINCT ON (r.county, r.precinct) r.county, r.precinct, v.county, v.precinct, 'crosswalk'
FROM result_units r
JOIN crosswalk c ON place_key(c.precinct) = place_key(r.precinct)
  AND (c.county IS NULL OR county_key(c.county) = county_key(r.county))
JOIN voter_units v ON v.precinct = c.voter_file_precinct
  AND (v.county = '' OR r.county = '' OR county_key(v.county) = county_key(r.county))
ORDER BY r.county, r.precinct, c.precinct = r.precinct DESC, v.county, v.precinct;
