-- Everyone with the row of scores he or she stands in and the probabilities of the groups: all that queries over
-- expected voters read of a voter.
-- Grain: voter with an estimate. Reads: described (described.sql), ethnicity, and the frame row_numbers (key, ballot,
-- feature_row). Writes: scored_voters.
CREATE OR REPLACE TEMP TABLE scored_voters AS
SELECT voter_id, place, feature_row, white, black, latino, chinese, filipino, indian, japanese, korean, vietnamese,
       other_asian, native, other
FROM described JOIN row_numbers USING (key, ballot) JOIN ethnicity USING (voter_id)
