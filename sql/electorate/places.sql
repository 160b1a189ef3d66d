-- Every precinct of the file, numbered. What its poll count makes of its expected poll vote is yet to be learned.
-- Grain: county × precinct. Reads: voters. Writes: places.
CREATE OR REPLACE TEMP TABLE places AS
SELECT county, precinct, 1.0::DOUBLE AS factor, false AS reported,
       row_number() OVER (ORDER BY county, precinct)::INTEGER AS place
FROM (SELECT DISTINCT county, precinct FROM voters)
