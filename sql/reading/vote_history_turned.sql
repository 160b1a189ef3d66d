-- Elections each voter took part in, of a file with elections side by side; of two on one day, one.
-- Grain: line × election; a voter in two lines of the file has two (what reads vote_history takes each election once).
-- Reads: typed, codes_mode, turned_lines (of the file being read). Binds: $date.
INSERT INTO vote_history
SELECT any_value(t.voter_id), t.election_date, min(nullif(c.canonical, 'unknown'))
FROM typed t LEFT JOIN codes_mode c ON c.raw = t.mode
WHERE c.canonical IS DISTINCT FROM 'ignore' AND ($date IS NULL OR t.election_date < $date)
  AND t.line IN (SELECT line FROM turned_lines)
GROUP BY t.line, t.election_date;
