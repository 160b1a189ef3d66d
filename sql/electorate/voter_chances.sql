-- Every voter with the chances of the row of scores he or she stands in.
-- Grain: voter. Reads: scored_voters (scored_voters.sql), and the frame scores (feature_row, counted, is_early, is_later,
-- early_white, …, late_other): whether the row's ballots are counted, whether they can be counted early and otherwise,
-- and its chances by group of being counted early, at the polls and late; of counted and pending ballots too.
-- Writes: row_chances (the frame), and the view voter_chances (voter_id, place, feature_row, the groups' probabilities,
-- the row's chances by group, and early, poll, late: the voter's own, the mean over groups).
CREATE OR REPLACE TEMP TABLE row_chances AS FROM scores;
CREATE OR REPLACE TEMP VIEW voter_chances AS
SELECT s.*, r.* EXCLUDE (feature_row),
       white * early_white + black * early_black + latino * early_latino + chinese * early_chinese +
       filipino * early_filipino + indian * early_indian + japanese * early_japanese + korean * early_korean +
       vietnamese * early_vietnamese + other_asian * early_other_asian + native * early_native + other * early_other AS early,
       white * poll_white + black * poll_black + latino * poll_latino + chinese * poll_chinese +
       filipino * poll_filipino + indian * poll_indian + japanese * poll_japanese + korean * poll_korean +
       vietnamese * poll_vietnamese + other_asian * poll_other_asian + native * poll_native + other * poll_other AS poll,
       white * late_white + black * late_black + latino * late_latino + chinese * late_chinese +
       filipino * late_filipino + indian * late_indian + japanese * late_japanese + korean * late_korean +
       vietnamese * late_vietnamese + other_asian * late_other_asian + native * late_native + other * late_other AS late
FROM scored_voters s JOIN row_chances r USING (feature_row)
