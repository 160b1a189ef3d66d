-- Voters whose names look swapped: more than a thousand times likelier with the last name as a first name and the first
-- as a surname than as written. Whole names only; a name on no list counts as one in a hundred million.
-- Grain: one row. Reads: voters (not the confidential), name_rows (kind, raw, whole), name_rarity (name, as_surname,
-- as_first: shares of all people).
WITH rarity AS (
  SELECT n.kind, n.raw, coalesce(r.as_surname, 1e-8) AS as_surname, coalesce(r.as_first, 1e-8) AS as_first
  FROM name_rows n LEFT JOIN name_rarity r ON r.name = n.whole WHERE n.kind <> 'middle' AND n.whole IS NOT NULL
)
SELECT count(*) AS voters
FROM voters v
JOIN rarity l ON l.kind = 'surname' AND l.raw = v.last_name
JOIN rarity f ON f.kind = 'first' AND f.raw = v.first_name
WHERE NOT v.confidential AND l.as_first * f.as_surname > 1000 * l.as_surname * f.as_first
