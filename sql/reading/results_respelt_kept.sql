-- Remembers how places were first spelled, for the files after this one.
-- Grain: county × precinct. Reads: respelt. Changes: place_spellings. Binds: $is_past.
INSERT INTO place_spellings
SELECT DISTINCT $is_past, county_key, precinct_key, to_county, to_precinct FROM respelt
WHERE NOT EXISTS (SELECT 1 FROM place_spellings p WHERE p.is_past = $is_past AND p.county_key = respelt.county_key
                  AND p.precinct_key = respelt.precinct_key);
