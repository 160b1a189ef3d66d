-- The voters as posterior.sql reads them: keys of the likelihood tables and of the cells.
-- Grain: voter, in the file's order. Reads: voter_evidence. Writes: view voter_keys.
CREATE OR REPLACE TEMP VIEW voter_keys AS
SELECT voter_id, surname, first, middle,
       vendor + 1000::BIGINT * birthplace + 1000000::BIGINT * "language" + 1000000000::BIGINT * party AS labels,
       9 * place_id + status AS cell
FROM voter_evidence
