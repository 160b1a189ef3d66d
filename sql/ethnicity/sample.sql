-- The voters the fit learns from, all of them or about every $step-th, by a hash of their numbers: which, and in what
-- order, depends neither on the file's order nor on how it is parted.
-- Grain: voter. Reads: voter_evidence. Binds: $step.
-- Division is by an unsigned number, as the hash is: by a signed one it would be done in 128 bits, ten times slower.
SELECT e.* EXCLUDE (voter_id)
FROM voter_evidence e
WHERE hash(e.voter_id) % $step::UBIGINT = 0
ORDER BY e.place_id, e.status, e.voter_id
