-- Lines whose values cannot be cast, those aside that are ignored anyway, into faults.
-- Grain: line. Reads: typed, ignored (of the file being read). Binds: none.
INSERT INTO faults
SELECT line, split_part(fault, ': ', 1), split_part(fault, ': ', 2) FROM typed
WHERE fault IS NOT NULL AND line NOT IN (SELECT line FROM ignored);
