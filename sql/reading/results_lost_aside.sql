-- Sets aside what stands beside a figure that cannot be read: of the returns, the unit's mode counts as not reported for
-- every candidate of the contest; of the past, the unit is left out of the contest. Lines that hold nothing else are rejected.
-- Grain: line. Reads: lost_figures. Changes: kept, faults, ignored. Binds: none.
INSERT INTO faults
SELECT line, arg_min(column_name, mode), arg_min(reason, mode)
FROM lost_figures
WHERE mode <> 'votes' AND (is_all OR is_past)
GROUP BY line;
INSERT INTO ignored
SELECT k.line, 'beside a figure of the same unit and contest that cannot be read'
FROM kept k
WHERE k.line NOT IN (SELECT line FROM faults) AND EXISTS (
  SELECT 1 FROM lost_figures l
  WHERE l.is_past AND l.mode <> 'votes' AND l.election_date IS NOT DISTINCT FROM k.election_date AND l.contest = k.contest
    AND l.county = k.county AND l.precinct = k.precinct);
DELETE FROM kept WHERE line IN (SELECT line FROM faults) OR line IN (SELECT line FROM ignored);
UPDATE kept SET
  votes           = CASE WHEN list_contains(l.modes, kept.mode) THEN NULL ELSE votes END,
  mail            = CASE WHEN list_contains(l.modes, 'mail') THEN NULL ELSE mail END,
  early_in_person = CASE WHEN list_contains(l.modes, 'early_in_person') THEN NULL ELSE early_in_person END,
  election_day    = CASE WHEN list_contains(l.modes, 'election_day') THEN NULL ELSE election_day END,
  provisional     = CASE WHEN list_contains(l.modes, 'provisional') THEN NULL ELSE provisional END,
  late_mail       = CASE WHEN list_contains(l.modes, 'late_mail') THEN NULL ELSE late_mail END
FROM (SELECT election_date, contest, county, precinct, list(DISTINCT mode) AS modes
      FROM lost_figures WHERE mode <> 'votes' GROUP BY ALL) l
WHERE kept.election_date IS NOT DISTINCT FROM l.election_date AND kept.contest = l.contest
  AND kept.county = l.county AND kept.precinct = l.precinct;
