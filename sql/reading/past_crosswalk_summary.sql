-- How far the user's crosswalk between elections speaks of precincts that past results hold.
-- Grain: one row. Reads: unit_crosswalk, results (is_past = true). Binds: none.
WITH past AS (
  SELECT DISTINCT election_date, county_key(county) AS county_key, place_key(precinct) AS precinct_key
  FROM results WHERE is_past AND precinct <> ''
), judged AS (
  SELECT c.*, EXISTS (
    SELECT 1 FROM past p
    WHERE p.precinct_key = c.precinct_key AND (c.county_key = '' OR c.county_key = p.county_key)
      AND (c.from_date IS NULL OR c.from_date = p.election_date)) AS is_found
  FROM unit_crosswalk c
)
SELECT count(*) AS lines, count(*) FILTER (NOT is_found) AS without,
       min(line) FILTER (NOT is_found) AS first_line
FROM judged
