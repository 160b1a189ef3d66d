-- Elections each voter took part in, of a file with elections side by side; each voter and election once.
-- Grain: voter × election. Reads: typed, codes_mode, turned_lines (of the file being read), vote_history. Binds: $date.
INSERT INTO vote_history
SELECT t.voter_id, t.election_date, min(nullif(c.canonical, 'unknown'))
FROM typed t LEFT JOIN codes_mode c ON c.raw = t.mode
ANTI JOIN vote_history h ON h.voter_id = t.voter_id AND h.election_date = t.election_date
WHERE c.canonical IS DISTINCT FROM 'ignore' AND ($date IS NULL OR t.election_date < $date)
  AND t.line IN (SELECT line FROM turned_lines)
GROUP BY t.voter_id, t.election_date;
