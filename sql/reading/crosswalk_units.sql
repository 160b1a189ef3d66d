-- The units of the results and of the voter file.
-- Grain: county × precinct. Reads: results, voters. Binds: none.
CREATE OR REPLACE TEMP TABLE result_units AS
SELECT *, county_key(county) AS c_key, place_key(precinct) AS p_key
FROM (
  SELECT county, precinct,
         bool_or(NOT is_past) AS is_current, coalesce(sum(votes) FILTER (NOT is_past), 0) AS votes
  FROM results WHERE precinct <> '' AND is_real_unit GROUP BY ALL
);
CREATE OR REPLACE TEMP TABLE voter_units AS
SELECT *, county_key(county) AS c_key, place_key(precinct) AS p_key
FROM (SELECT county, precinct, count(*) AS voters FROM voters WHERE precinct <> '' GROUP BY ALL);
CREATE OR REPLACE TEMP TABLE precinct_map (
  county VARCHAR, precinct VARCHAR, to_county VARCHAR, to_precinct VARCHAR, how VARCHAR
);
