-- How many counties and precincts a file names, and how many lines name no precinct.
-- Grain: one row. Reads: typed (of the file being read). Binds: none.
SELECT count(DISTINCT county) AS counties,
       count(DISTINCT (county, precinct)) FILTER (precinct IS NOT NULL) AS precincts,
       count(*) FILTER (precinct IS NULL) AS without_precinct
FROM typed;
