-- Voters already read: the first row of a voter_id in file order is kept, later ones are refused.
-- Grain: line. Reads: typed, ignored, faults (of the file being read), voters (of the files before it), and
-- repeated_keys: hashes of numbers that may stand in it twice. Changes: faults. Binds: none.
INSERT INTO faults
WITH doubtful AS (
  SELECT line, voter_id FROM typed
  WHERE fault IS NULL AND hash(voter_id) IN (SELECT key FROM repeated_keys) AND line NOT IN (SELECT line FROM ignored)
), repeated AS (
  SELECT voter_id, min(line) AS first_line FROM doubtful GROUP BY voter_id HAVING count(*) > 1
)
SELECT d.line, 'voter_id', 'duplicate voter_id'
FROM doubtful d JOIN repeated r USING (voter_id)
WHERE d.line > r.first_line;
INSERT INTO faults
SELECT t.line, 'voter_id', 'duplicate voter_id'
FROM typed t SEMI JOIN voters v USING (voter_id)
WHERE t.fault IS NULL AND t.line NOT IN (SELECT line FROM ignored) AND t.line NOT IN (SELECT line FROM faults);
