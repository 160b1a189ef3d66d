-- Early votes of the returns that were set aside, for a figure beside them cannot be read: they are missing, be the polls all in.
-- Grain: contest. Reads: lost_figures, kept (of the file being read). Changes: losses. Binds: none.
-- What the polls or late votes lack of a unit is expected there, and so is not lost.
INSERT INTO losses (contest, lines)
SELECT k.contest, count(*)
FROM kept k JOIN (
  SELECT DISTINCT election_date, contest, county, precinct, mode FROM lost_figures
  WHERE NOT is_past AND mode IN ('mail', 'early_in_person')
) l ON l.election_date IS NOT DISTINCT FROM k.election_date AND l.contest = k.contest AND l.county = k.county
   AND l.precinct = k.precinct AND coalesce(k.mode = l.mode, true)
GROUP BY k.contest ORDER BY k.contest
