-- The voters the fit learns from, all of them or every $step-th, in an order that does not depend on the file's.
-- Grain: voter. Reads: voter_evidence, ethnicity_places. Binds: $step.
SELECT e.* EXCLUDE (voter_id, surname, first, middle),
       coalesce(e.surname, -1) AS surname, coalesce(e.first, -1) AS first, coalesce(e.middle, -1) AS middle
FROM voter_evidence e
WHERE e.position % $step = 0
ORDER BY e.place_id, e.status, e.voter_id
