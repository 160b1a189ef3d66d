-- Voters whose names look swapped: more than a thousand times likelier with the last name as a first name and the first
-- as a surname than as written. Whole names only; a name on no list counts as one in a hundred million.
-- Grain: one row. Reads: voters (not the confidential), name_rarity (name, as_surname, as_first: shares of all people).
-- The macros of name_macros.sql must be there.
WITH pairs AS (
  SELECT last_name, first_name, count(*) AS voters FROM voters
  WHERE NOT confidential AND last_name IS NOT NULL AND first_name IS NOT NULL GROUP BY ALL
), spelled AS (
  SELECT raw, name_key(raw) AS name FROM (SELECT DISTINCT last_name AS raw FROM pairs UNION SELECT first_name FROM pairs)
), rarity AS (
  SELECT s.raw, coalesce(r.as_surname, 1e-8) AS as_surname, coalesce(r.as_first, 1e-8) AS as_first
  FROM spelled s LEFT JOIN name_rarity r USING (name)
)
SELECT coalesce(sum(p.voters), 0)::BIGINT AS voters
FROM pairs p JOIN rarity l ON l.raw = p.last_name JOIN rarity f ON f.raw = p.first_name
WHERE l.as_first * f.as_surname > 1000 * l.as_surname * f.as_first
