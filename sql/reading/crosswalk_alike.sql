-- Precincts whose names are nearly those of the voter file (reading/places_alike), where each of the two is the other's
-- only match among the precincts of its file that are left.
-- Past results are matched apart from the current ones: both may spell one precinct in two ways.
-- Grain: results' county × precinct. Reads: alike (registered), result_units, voter_units, precinct_map. Binds: none.
INSERT INTO precinct_map
SELECT r.county, r.precinct, v.county, v.precinct, 'alike'
FROM alike a
JOIN (FROM result_units ANTI JOIN precinct_map USING (county, precinct)) r ON r.id = a.their
JOIN voter_units v ON v.id = a.our
WHERE NOT r.is_current OR (v.county, v.precinct) NOT IN (
  SELECT (m.to_county, m.to_precinct) FROM precinct_map m JOIN result_units u USING (county, precinct) WHERE u.is_current)
QUALIFY count(*) OVER (PARTITION BY r.id) = 1 AND count(*) OVER (PARTITION BY v.id, r.is_current) = 1;
