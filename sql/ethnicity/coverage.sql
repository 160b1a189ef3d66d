-- What evidence the estimates rest on. A word is of an ENUM, which is in the order of its list, and told as text.
-- Grain: basis. Reads: ethnicity.
SELECT basis::VARCHAR AS basis, voters FROM (SELECT basis, count(*) AS voters FROM ethnicity GROUP BY basis)
ORDER BY voters DESC, basis::VARCHAR
