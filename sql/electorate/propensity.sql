-- Each voter's chances: of those not counted yet, the canonical view `propensity`. They are looked up when they are
-- asked for, as a row of scores has the same for all who stand in it.
-- Grain: voter; of propensity, voter not counted. Reads: voter_rows (voter_rows.sql), and row_chances (feature_row,
-- counted, is_early, is_later, early_white, …, late_other): whether the row's ballots are counted, whether they can be
-- counted early and otherwise, and its chances by group of being counted early, at the polls and late; of counted and
-- pending ballots too.
-- Writes: the views voter_chances (voter_id, place, feature_row, the groups' probabilities, the row's chances by group,
-- and early, poll, late: the voter's own, the mean over groups) and propensity.
CREATE OR REPLACE VIEW voter_chances AS
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
FROM voter_rows s JOIN row_chances r USING (feature_row);
CREATE OR REPLACE VIEW propensity AS
SELECT voter_id, early::FLOAT AS p_early_remaining, poll::FLOAT AS p_poll, late::FLOAT AS p_late,
       greatest(1 - (early + poll + late), 0)::FLOAT AS p_none
FROM voter_chances
WHERE NOT counted
