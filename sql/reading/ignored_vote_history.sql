-- Vote history that says nothing: of the election itself or later (never look ahead), a code listed in `ignore`,
-- or the same voter and election a second time. Of duplicates the one that says how is kept, then the first.
-- Grain: line. Reads: typed, codes_mode, ignored (of the file being read), vote_history. Binds: $date.
INSERT INTO ignored
WITH judged AS (
  SELECT t.line, t.voter_id, t.election_date, nullif(c.canonical, 'unknown') AS mode,
         CASE WHEN t.election_date >= $date THEN 'elections not before the contest''s date'
              WHEN c.canonical = 'ignore' THEN 'codes that are no vote' END AS rule
  FROM typed t LEFT JOIN codes_mode c ON c.raw = t.mode
  WHERE t.fault IS NULL AND t.line NOT IN (SELECT line FROM ignored)
), repeated AS (
  SELECT hash(voter_id, election_date) AS key FROM judged WHERE rule IS NULL GROUP BY key HAVING count(*) > 1
), ranked AS (
  SELECT line, row_number() OVER (PARTITION BY voter_id, election_date ORDER BY mode IS NULL, line) AS place
  FROM judged WHERE rule IS NULL AND hash(voter_id, election_date) IN (SELECT key FROM repeated)
)
SELECT line, rule FROM judged WHERE rule IS NOT NULL
UNION ALL
SELECT line, 'a voter and election repeated' FROM ranked WHERE place > 1
UNION ALL
SELECT j.line, 'a voter and election repeated'
FROM judged j SEMI JOIN vote_history h ON h.voter_id = j.voter_id AND h.election_date = j.election_date
WHERE j.rule IS NULL AND j.line NOT IN (SELECT line FROM ranked WHERE place > 1);
