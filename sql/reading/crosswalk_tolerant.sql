-- Precincts alike but for case, spaces, punctuation, leading zeros and the county's spelling (or its absence on one
-- side), where each of the two is the other's only match among the precincts of its file that are left.
-- Past results are matched apart from the current ones: both may spell one precinct in two ways.
-- Grain: results' county × precinct. Reads: result_units, voter_units, precinct_map. Binds: none.
INSERT INTO precinct_map
WITH pair AS (
  SELECT r.county, r.precinct, r.is_current, v.county AS to_county, v.precinct AS to_precinct
  FROM (FROM result_units ANTI JOIN precinct_map USING (county, precinct)) r
  JOIN voter_units v ON v.p_key = r.p_key AND (v.c_key = r.c_key OR v.c_key = '' OR r.c_key = '')
)
SELECT county, precinct, to_county, to_precinct, 'alike'
FROM pair
WHERE NOT is_current OR (to_county, to_precinct) NOT IN (
  SELECT (m.to_county, m.to_precinct) FROM precinct_map m JOIN result_units u USING (county, precinct) WHERE u.is_current)
QUALIFY count(*) OVER (PARTITION BY county, precinct) = 1
    AND count(*) OVER (PARTITION BY to_county, to_precinct, is_current) = 1;
