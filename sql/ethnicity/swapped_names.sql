-- Voters whose names look swapped: more than a thousand times likelier with the last name as a first name and the first
-- as a surname than as written. Whole names only; a name on no list counts as one in a hundred million.
-- Grain: one row. Reads: voters (not the confidential), name_rows (kind, raw, whole), name_rarity (name, as_surname,
-- as_first: shares of all people). Left out beforehand are names with which no other name of the file could look so (a hundredth
-- is allowed for rounding): nearly all.
WITH rarity AS MATERIALIZED (
  SELECT n.kind, n.raw, coalesce(r.as_surname, 1e-8) AS as_surname, coalesce(r.as_first, 1e-8) AS as_first
  FROM name_rows n LEFT JOIN name_rarity r ON r.name = n.whole WHERE n.kind <> 'middle' AND n.whole IS NOT NULL
), most AS (
  SELECT max(as_first / as_surname) FILTER (kind = 'surname') AS by_last, max(as_surname / as_first) FILTER (kind = 'first') AS by_first
  FROM rarity
), suspect AS MATERIALIZED (
  SELECT r.* FROM rarity r CROSS JOIN most
  WHERE CASE r.kind WHEN 'surname' THEN as_first * by_first > 990 * as_surname ELSE as_surname * by_last > 990 * as_first END
)
SELECT count(*) AS voters
FROM voters v
JOIN suspect l ON l.kind = 'surname' AND l.raw = v.last_name
JOIN suspect f ON f.kind = 'first' AND f.raw = v.first_name
WHERE NOT v.confidential AND l.as_first * f.as_surname > 1000 * l.as_surname * f.as_first
