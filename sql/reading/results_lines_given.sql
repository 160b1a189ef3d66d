-- Remembers the lines of a results file for the files after it.
-- Grain: line. Reads: lines_now. Binds: $is_past, $source (the file's name).
INSERT INTO lines_given
SELECT $is_past, block, key, figures, (SELECT coalesce(max(file), 0) + 1 FROM lines_given), $source, line FROM lines_now;
