-- Every precinct of the file, and what its poll count makes of its expected poll vote.
-- Grain: county × precinct. Reads: voters, and the frame polls (county, precinct, factor, reported).
CREATE OR REPLACE TEMP TABLE places AS
SELECT county, precinct, coalesce(factor, 1) AS factor, coalesce(reported, false) AS reported,
       row_number() OVER (ORDER BY county, precinct) AS place
FROM (SELECT DISTINCT county, precinct FROM voters) LEFT JOIN polls USING (county, precinct)
