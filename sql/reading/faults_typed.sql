-- Lines whose values cannot be cast, into faults.
-- Grain: line. Reads: typed (of the file being read). Binds: none.
INSERT INTO faults
SELECT line, split_part(fault, ': ', 1), split_part(fault, ': ', 2) FROM typed WHERE fault IS NOT NULL;
