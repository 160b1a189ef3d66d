-- Ballot lines whose status or mode is listed in the layout's `ignore`.
-- Grain: line. Reads: typed, codes_status, codes_mode, ignored (of the file being read). Binds: none.
INSERT INTO ignored
SELECT t.line, 'codes that say nothing'
FROM typed t
LEFT JOIN codes_status s ON s.raw = t.status
LEFT JOIN codes_mode m ON m.raw = t.mode
WHERE t.fault IS NULL AND 'ignore' IN (s.canonical, m.canonical)
  AND t.line NOT IN (SELECT line FROM ignored);
