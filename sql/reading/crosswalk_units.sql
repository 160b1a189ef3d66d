-- The units of the results, and where the voter file's precincts that they are will stand.
-- Grain: county × precinct. Reads: results. Writes: result_units, precinct_map. Binds: none.
CREATE OR REPLACE TEMP TABLE result_units AS
SELECT row_number() OVER (ORDER BY county, precinct) AS id, county, precinct,
       bool_or(NOT is_past) AS is_current, coalesce(sum(votes) FILTER (NOT is_past), 0) AS votes
FROM results WHERE precinct <> '' AND is_real_unit GROUP BY county, precinct;
CREATE OR REPLACE TEMP TABLE precinct_map (
  county VARCHAR, precinct VARCHAR, to_county VARCHAR, to_precinct VARCHAR, how VARCHAR
);
