-- How many counties and precincts a file names, and how many lines name no precinct.
-- Grain: one row. Reads: typed (of the file being read). Binds: none.
SELECT count(DISTINCT nullif(county, '')) AS counties,
       count(DISTINCT (county, precinct)) FILTER (nullif(precinct, '') IS NOT NULL) AS precincts,
       count(*) FILTER (nullif(precinct, '') IS NULL) AS without_precinct
FROM typed;
