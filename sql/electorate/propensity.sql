-- Each voter's chances, into `propensity`: of those not counted yet.
-- Grain: voter not counted. Reads: voter_chances (voter_chances.sql).
INSERT INTO propensity
SELECT voter_id, early, poll, late, greatest(1 - (early + poll + late), 0)
FROM voter_chances
WHERE NOT counted
