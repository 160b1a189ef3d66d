-- Numbers the places voters are counted in: the finest the file gives for each, down the ladder precinct, tract, ZIP,
-- county. `area` is what a place leans on before its county: the tract, or else ZIP, most of its voters have.
-- Grain: county × place. Reads: voters. Writes: ethnicity_places (place_id from 0, county, place, rung, area, voters).
-- The voters are counted by what is written before any of it is looked at, so that only combinations are.
CREATE OR REPLACE TEMP TABLE ethnicity_places AS
WITH written AS (
  SELECT county, precinct, tract, zip, count(*) AS voters FROM voters GROUP BY ALL
), placed AS (
  SELECT county,
         coalesce(nullif(precinct, ''), 'tract ' || nullif(tract, ''), 'ZIP ' || nullif(zip, ''), '') AS place,
         CASE WHEN precinct <> '' THEN 'precinct' WHEN tract <> '' THEN 'tract' WHEN zip <> '' THEN 'ZIP'
              WHEN county <> '' THEN 'county' ELSE 'district' END AS rung,
         coalesce(nullif(tract, ''), nullif(zip, ''), '') AS area,
         sum(voters) AS voters
  FROM written GROUP BY ALL
)
SELECT (row_number() OVER (ORDER BY county, place) - 1)::INTEGER AS place_id, county, place, first(rung) AS rung,
       first(area ORDER BY voters DESC, area) AS area, sum(voters)::BIGINT AS voters
FROM placed GROUP BY county, place
