-- The voters the fit learns from, all of them or about every $step-th, by a hash of their numbers: which, and in what
-- order, depends neither on the file's order nor on how it is parted.
-- Grain: voter. Reads: voter_evidence, ethnicity_places. Binds: $step.
SELECT e.* EXCLUDE (voter_id, surname, first, middle),
       coalesce(e.surname, -1) AS surname, coalesce(e.first, -1) AS first, coalesce(e.middle, -1) AS middle
FROM voter_evidence e
WHERE hash(e.voter_id) % $step = 0
ORDER BY e.place_id, e.status, e.voter_id
