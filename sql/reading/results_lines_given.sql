-- Remembers the lines of a results file for the files after it.
-- Grain: line. Reads: lines_now, ignored. Binds: $is_past.
INSERT INTO lines_given
SELECT $is_past, block, key, figures FROM lines_now WHERE line NOT IN (SELECT line FROM ignored);
