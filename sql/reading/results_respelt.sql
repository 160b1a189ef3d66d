-- Counties, and precincts of the returns, that differ from an earlier spelling by case and spaces alone.
-- Grain: county × precinct as spelled. Reads: kept, place_spellings. Binds: $is_past.
-- The first spelling is kept, of this file or of one before it.
CREATE OR REPLACE TEMP TABLE respelt AS
WITH place AS (
  SELECT county, CASE WHEN $is_past THEN '' ELSE precinct END AS precinct, min(line) AS line
  FROM kept GROUP BY ALL
), keyed AS (
  SELECT *, bare_key(county) AS county_key, bare_key(precinct) AS precinct_key FROM place
), first AS (
  SELECT county_key, precinct_key, arg_min(precinct, line) AS precinct, min(line) AS line FROM keyed GROUP BY ALL
), county_first AS (
  SELECT county_key, arg_min(county, line) AS county FROM keyed GROUP BY ALL
)
SELECT k.county, k.precinct, coalesce(c.county, cf.county) AS to_county, coalesce(p.precinct, f.precinct) AS to_precinct,
       county_key, precinct_key
FROM keyed k JOIN first f USING (county_key, precinct_key) JOIN county_first cf USING (county_key)
LEFT JOIN (SELECT DISTINCT county_key, county FROM place_spellings WHERE is_past = $is_past) c USING (county_key)
LEFT JOIN place_spellings p ON p.is_past = $is_past AND p.county_key = k.county_key AND p.precinct_key = k.precinct_key;
