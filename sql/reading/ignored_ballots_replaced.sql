-- Where a line is a ballot as it stands (not an event): a voter's ballots that another, accepted one took the place of.
-- An accepted ballot counts, whatever became of the voter's spoiled, late or second ones.
-- Grain: line. Reads: typed, codes_status, ignored (of the file being read). Binds: none.
INSERT INTO ignored
WITH judged AS (
  SELECT t.line, t.voter_id, s.canonical IN ('accepted', 'cured') AS counts
  FROM typed t JOIN codes_status s ON s.raw = t.status
  WHERE t.fault IS NULL AND t.line NOT IN (SELECT line FROM ignored)
)
SELECT j.line, 'ballots that an accepted one took the place of'
FROM judged j SEMI JOIN (SELECT voter_id FROM judged WHERE counts) a USING (voter_id)
WHERE NOT j.counts;
