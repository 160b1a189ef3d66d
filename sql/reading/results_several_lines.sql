-- Where figures of the returns stand, in the order of files and lines.
-- Grain: line. Reads: lines_given, asked_keys (registered: key). Binds: none.
SELECT source, line FROM lines_given SEMI JOIN asked_keys USING (key) WHERE NOT is_past ORDER BY file, line
