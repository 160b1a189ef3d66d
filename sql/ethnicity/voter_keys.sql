-- The voters as joint.sql reads them: keys of the likelihood tables and of the cells.
-- Grain: voter. Reads: voter_evidence. Writes: view voter_keys.
CREATE OR REPLACE TEMP VIEW voter_keys AS
SELECT position, voter_id, surname, first, middle, labels, 9 * place_id + status AS cell
FROM voter_evidence
