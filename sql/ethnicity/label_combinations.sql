-- The combinations of labels that occur, by the key voter_keys gives them.
-- Grain: vendor × birthplace × language × party. Reads: voter_evidence.
SELECT DISTINCT vendor + 1000::BIGINT * birthplace + 1000000::BIGINT * "language" + 1000000000::BIGINT * party AS key,
       vendor, birthplace, "language", party
FROM voter_evidence ORDER BY key
