-- Voters whose name is there, and those of them whose name is on no list.
-- Grain: kind. Reads: voter_keys, name_rows (kind, raw, table_row, is_missing).
SELECT kind, count(*) AS named, count(*) FILTER (table_row IS NULL) AS unmatched
FROM (SELECT n.kind, n.table_row FROM voter_keys v JOIN name_rows n ON n.kind = 'surname' AND n.raw = v.surname
      WHERE NOT n.is_missing
      UNION ALL
      SELECT n.kind, n.table_row FROM voter_keys v JOIN name_rows n ON n.kind = 'first' AND n.raw = v.first
      WHERE NOT n.is_missing)
GROUP BY kind
