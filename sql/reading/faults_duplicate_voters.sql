-- Voters already read: the first row of a voter_id in file order is kept, later ones are refused.
-- Grain: line. Reads: typed (of the file being read), voters (of the files before it). Binds: none.
INSERT INTO faults
WITH repeated AS (
  SELECT voter_id, min(line) AS first_line FROM typed WHERE fault IS NULL GROUP BY voter_id HAVING count(*) > 1
)
SELECT t.line, 'voter_id', 'duplicate voter_id'
FROM typed t JOIN repeated r USING (voter_id)
WHERE t.fault IS NULL AND t.line > r.first_line
UNION
SELECT t.line, 'voter_id', 'duplicate voter_id'
FROM typed t SEMI JOIN voters v USING (voter_id)
WHERE t.fault IS NULL;
