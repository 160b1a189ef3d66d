-- Everyone in the cell of the precinct, poll counts left out.
-- Grain: voter. Reads: scored_voters (scored_voters.sql). Writes: the view celled_voters (see tranche_sums.sql).
CREATE OR REPLACE TEMP VIEW celled_voters AS
SELECT place AS cell, 1.0::DOUBLE AS factor, * EXCLUDE (voter_id, place) FROM scored_voters
