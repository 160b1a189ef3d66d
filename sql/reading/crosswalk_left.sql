-- Whether precincts of the results are left that no rule has matched yet.
-- Grain: one row. Reads: result_units, precinct_map. Binds: none.
SELECT EXISTS (FROM result_units ANTI JOIN precinct_map USING (county, precinct)) AS any_left
