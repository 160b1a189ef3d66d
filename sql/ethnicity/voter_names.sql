-- The distinct names to be matched, and how many voters bear each; a confidential voter's are not looked at.
-- Grain: kind × name as written. Reads: voters. Binds: $kinds.
SELECT 'surname' AS kind, last_name AS raw, count(*) AS voters
FROM voters WHERE list_contains($kinds, 'surname') AND NOT confidential AND last_name IS NOT NULL GROUP BY raw
UNION ALL
SELECT 'first', first_name AS raw, count(*)
FROM voters WHERE list_contains($kinds, 'first') AND NOT confidential AND first_name IS NOT NULL GROUP BY raw
UNION ALL
SELECT 'middle', middle_name AS raw, count(*)
FROM voters WHERE list_contains($kinds, 'middle') AND NOT confidential AND middle_name IS NOT NULL GROUP BY raw
