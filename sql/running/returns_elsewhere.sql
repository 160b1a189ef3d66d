-- Leaves out the returns of counties that no voter of this file is registered in.
-- Grain: line of results. Reads: voters. Changes: results. Binds: none.
DELETE FROM results
WHERE NOT is_past AND county_key(county) NOT IN (SELECT DISTINCT county_key(county) FROM voters);
