-- Registrations that no longer stand (removed, denied, cancelled): not voters.
-- Grain: line. Reads: typed, codes_status, ignored (of the file being read). Binds: none.
INSERT INTO ignored
SELECT t.line, CASE WHEN c.canonical = 'removed' THEN 'no longer registered' ELSE 'codes that say nothing' END
FROM typed t JOIN codes_status c ON c.raw = t.status
WHERE c.canonical IN ('removed', 'ignore') AND t.line NOT IN (SELECT line FROM ignored);
