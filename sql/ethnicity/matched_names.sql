-- Every distinct name of the file and its row in the table of names.
-- Grain: kind ('surname', 'first', 'middle') × name as written. Reads: name_inputs (kind, raw, voters), listed_names (kind, name, table_row).
-- Yields: kind, raw, voters, whole (as spelled for matching), table_row (NULL: on no list), is_missing (nothing left to match, or an initial).
-- Ladder: the whole name, its first part, its last part (prefixes joined), its last word.
WITH spelled AS (
  SELECT kind, raw, voters, name_spelling(raw) AS whole, name_joined(raw) AS joined, name_tokens(raw) AS tokens FROM name_inputs
)
SELECT s.kind, s.raw, s.voters, s.whole, coalesce(a.table_row, b.table_row, c.table_row, d.table_row) AS table_row,
       s.whole IS NULL OR (s.kind <> 'surname' AND length(s.whole) < 3 AND a.table_row IS NULL) AS is_missing
FROM spelled s
LEFT JOIN listed_names a ON a.kind = s.kind AND a.name = s.whole
LEFT JOIN listed_names b ON b.kind = s.kind AND b.name = name_part(s.joined, 1)
LEFT JOIN listed_names c ON c.kind = s.kind AND c.name = name_part(s.joined, -1)
LEFT JOIN listed_names d ON d.kind = s.kind AND d.name = name_part(s.tokens, -1)
