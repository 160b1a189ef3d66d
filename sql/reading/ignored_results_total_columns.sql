-- Past lines of counties where a column of a mode holds the total of all modes: what is true of them cannot be known.
-- Grain: line. Reads: kept, ignored, total_columns (registered; from results_total_columns). Binds: none.
INSERT INTO ignored
SELECT line, 'a mode that is the total of all modes'
FROM kept
WHERE line NOT IN (SELECT line FROM ignored) AND EXISTS (
  SELECT 1 FROM total_columns t
  WHERE kept.state = t.state AND kept.county = t.county AND kept.election_date IS NOT DISTINCT FROM t.election_date);
