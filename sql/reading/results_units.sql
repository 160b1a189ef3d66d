-- Units of a results file: which are pseudo-precincts, and which add up others that are present.
-- Grain: county × precinct. Reads: kept. Binds: none.
CREATE OR REPLACE TEMP TABLE units AS
WITH unit AS (
  SELECT DISTINCT county, precinct FROM kept
), judged AS (
  SELECT *, is_pseudo_precinct(precinct) AS is_pseudo,
         (precinct <> '' AND is_total_unit(precinct)) AS total_precinct, (county <> '' AND is_total_unit(county)) AS total_county
  FROM unit
)
SELECT county, precinct, is_pseudo,
       -- A total stands beside what it adds up; alone it is all there is, and stays.
       (total_precinct AND count(*) FILTER (NOT total_precinct AND precinct <> '') OVER (PARTITION BY county) > 0)
       OR ((total_county OR (county = '' AND total_precinct)) AND count(*) FILTER (NOT total_county AND NOT total_precinct) OVER () > 0) AS is_total
FROM judged;
