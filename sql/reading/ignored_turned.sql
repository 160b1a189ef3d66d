-- Lines with elections side by side that hold no vote.
-- Grain: line. Reads: source_rows, turned_lines, faults (of the file being read). Binds: none.
INSERT INTO ignored
SELECT line, 'no vote in an election before this one' FROM source_rows
WHERE line NOT IN (SELECT line FROM turned_lines) AND line NOT IN (SELECT line FROM faults);
