-- Lines with elections side by side of which a value cannot be cast, into faults.
-- Grain: line. Reads: typed (of the file being read). Binds: none.
INSERT INTO faults
SELECT line, split_part(min(fault), ': ', 1), split_part(min(fault), ': ', 2) FROM typed
WHERE fault IS NOT NULL GROUP BY line;
