-- How many lines with votes a county has given again as they were.
-- Grain: county. Reads: kept, ignored (of the file being read). Changes: line_repeats. Binds: none.
INSERT INTO line_repeats
SELECT k.county, count(*)
FROM kept k JOIN ignored i USING (line)
WHERE i.rule IN ('lines that repeat another', 'lines that an earlier file gave')
  AND greatest(k.votes, k.mail, k.early_in_person, k.election_day, k.provisional, k.late_mail) > 0
GROUP BY k.county
