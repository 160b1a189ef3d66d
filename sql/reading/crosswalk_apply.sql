-- Writes the voter file's spelling of county and precinct into the results.
-- Grain: result. Reads: results, precinct_map. Binds: none.
UPDATE results SET county = m.to_county, precinct = m.to_precinct
FROM precinct_map m
WHERE results.county = m.county AND results.precinct = m.precinct
  AND (m.county <> m.to_county OR m.precinct <> m.to_precinct);
