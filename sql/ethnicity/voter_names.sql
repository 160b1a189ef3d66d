-- The distinct names to be matched; a confidential voter's are not looked at.
-- Grain: kind × name as written. Reads: voters.
SELECT DISTINCT 'surname' AS kind, last_name AS raw FROM voters WHERE NOT confidential AND last_name IS NOT NULL
UNION ALL
SELECT DISTINCT 'first', first_name FROM voters WHERE NOT confidential AND first_name IS NOT NULL
UNION ALL
SELECT DISTINCT 'middle', middle_name FROM voters WHERE NOT confidential AND middle_name IS NOT NULL
