-- The combinations of labels that occur, each as the sum of its labels' codes.
-- Grain: vendor × birthplace × language × party. Reads: voter_evidence.
SELECT DISTINCT labels FROM voter_evidence ORDER BY labels
