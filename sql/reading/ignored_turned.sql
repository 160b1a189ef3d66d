-- Lines with elections side by side that hold no vote, or none whose day is known.
-- Grain: line. Reads: source_rows, typed, undated_lines, turned_lines, faults (of the file being read). Binds: $date.
INSERT INTO ignored
SELECT line, CASE WHEN line IN (SELECT line FROM undated_lines) THEN 'votes in elections whose day is not known'
                  WHEN line NOT IN (SELECT line FROM typed) THEN 'no vote in any election'
                  WHEN $date IS NULL THEN 'codes that are no vote'
                  ELSE 'no vote in an election before this one' END
FROM source_rows
WHERE line NOT IN (SELECT line FROM turned_lines) AND line NOT IN (SELECT line FROM faults);
