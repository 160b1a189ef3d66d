-- What evidence the estimates rest on.
-- Grain: basis. Reads: ethnicity.
SELECT basis, count(*) AS voters FROM ethnicity GROUP BY basis ORDER BY voters DESC, basis
