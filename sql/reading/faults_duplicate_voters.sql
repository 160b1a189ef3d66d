-- Voters already read: the first row of a voter_id in file order is kept, later ones are refused.
-- Grain: line. Reads: typed, ignored (of the file being read), voters (of the files before it). Binds: none.
INSERT INTO faults
WITH sound AS (
  SELECT line, voter_id FROM typed WHERE fault IS NULL AND line NOT IN (SELECT line FROM ignored)
), repeated AS (
  SELECT voter_id, min(line) AS first_line FROM sound GROUP BY voter_id HAVING count(*) > 1
)
SELECT s.line, 'voter_id', 'duplicate voter_id'
FROM sound s JOIN repeated r USING (voter_id)
WHERE s.line > r.first_line
UNION
SELECT s.line, 'voter_id', 'duplicate voter_id'
FROM sound s SEMI JOIN voters v USING (voter_id);
