-- Lines with elections side by side that hold a vote in an election before this one.
-- Grain: line. Reads: typed, codes_mode, faults (of the file being read). Binds: $date.
CREATE OR REPLACE TEMP TABLE turned_lines AS
SELECT DISTINCT t.line
FROM typed t LEFT JOIN codes_mode c ON c.raw = t.mode
WHERE c.canonical IS DISTINCT FROM 'ignore' AND ($date IS NULL OR t.election_date < $date)
  AND t.line NOT IN (SELECT line FROM faults);
