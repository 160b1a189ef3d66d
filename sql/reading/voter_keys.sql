-- Hashes of the voters' numbers, to see whether any stands twice.
-- Grain: line that can be cast. Reads: typed (of the file being read). Binds: none.
SELECT hash(voter_id) AS key FROM typed WHERE fault IS NULL;
