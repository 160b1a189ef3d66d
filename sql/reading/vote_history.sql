-- Elections each voter took part in.
-- Grain: voter × election. Reads: typed, codes_mode, faults, ignored (of the file being read). Binds: none.
INSERT INTO vote_history
SELECT t.voter_id, t.election_date, nullif(c.canonical, 'unknown')
FROM typed t LEFT JOIN codes_mode c ON c.raw = t.mode
WHERE t.line NOT IN (SELECT line FROM faults) AND t.line NOT IN (SELECT line FROM ignored);
