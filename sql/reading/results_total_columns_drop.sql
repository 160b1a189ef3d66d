-- Columns of a mode that hold the total of all modes count as not reported.
-- Grain: line. Reads: kept, total_columns (registered; from results_total_columns). Changes: kept. Binds: none.
UPDATE kept SET
  mail            = CASE WHEN list_contains(t.modes, 'mail') THEN NULL ELSE mail END,
  early_in_person = CASE WHEN list_contains(t.modes, 'early_in_person') THEN NULL ELSE early_in_person END,
  election_day    = CASE WHEN list_contains(t.modes, 'election_day') THEN NULL ELSE election_day END,
  provisional     = CASE WHEN list_contains(t.modes, 'provisional') THEN NULL ELSE provisional END,
  late_mail       = CASE WHEN list_contains(t.modes, 'late_mail') THEN NULL ELSE late_mail END
FROM (SELECT state, election_date, county, list(mode) AS modes FROM total_columns GROUP BY ALL) t
WHERE kept.state = t.state AND kept.county = t.county
  AND kept.election_date IS NOT DISTINCT FROM t.election_date;
