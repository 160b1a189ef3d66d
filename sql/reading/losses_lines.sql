-- Lines of the returns that are rejected, by the contest they are of: votes are missing there.
-- Grain: contest. Reads: faults, typed (of the file being read). Changes: losses.
-- Binds: $contest (the one asked for, '' for all), $named (whether the file names its contests).
-- A line that is no record tells nothing.
INSERT INTO losses (contest, lines)
SELECT coalesce(nullif($contest, ''),
                CASE WHEN $named THEN coalesce(t.contest, nullif(concat_ws(' ', t.office, t.district), '')) END) AS contest,
       count(*)
FROM faults f LEFT JOIN typed t USING (line)
GROUP BY 1 ORDER BY 1
