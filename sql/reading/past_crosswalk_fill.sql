-- The user's crosswalk between elections, names as compared.
-- Grain: past precinct × today's precinct. Reads: incoming (registered). Binds: none.
INSERT INTO unit_crosswalk
SELECT line, county_key(county), place_key(precinct), from_date, to_date, place_key(to_precinct), weight
FROM incoming
