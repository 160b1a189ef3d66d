-- Expected voters by cell, group and tranche: what `cells` and every other table of expected voters is made of.
-- Grain: cell × group × tranche ('registered'; 'accepted', what is in of 'early'; 'to come', what is not yet; 'poll';
-- 'late'). Reads: the view celled_voters (cell, feature_row, factor, and the groups' probabilities) and row_chances
-- (voter_chances.sql). Writes: tranche_sums (cell, group_name, tranche, expected, squares).
-- A voter of group g with probability p and chance r counts as p r expected voters, with variance p r (1 − p r):
-- the sum of `expected` less that of `squares`. Sums are of whole billionths of a voter, which doubles add exactly
-- (below 9 million voters a cell), so they depend neither on the order of rows nor on the number of threads.
-- Each tranche is summed over the voters who can be in it.
CREATE OR REPLACE TEMP TABLE tranche_sums AS
WITH everyone AS (
  SELECT cell,
         [sum(round(1e9 * white)), sum(round(1e9 * black)), sum(round(1e9 * latino)), sum(round(1e9 * chinese)),
          sum(round(1e9 * filipino)), sum(round(1e9 * indian)), sum(round(1e9 * japanese)), sum(round(1e9 * korean)),
          sum(round(1e9 * vietnamese)), sum(round(1e9 * other_asian)), sum(round(1e9 * native)),
          sum(round(1e9 * other))] AS voters,
         [sum(round(1e9 * white * white)), sum(round(1e9 * black * black)), sum(round(1e9 * latino * latino)),
          sum(round(1e9 * chinese * chinese)), sum(round(1e9 * filipino * filipino)),
          sum(round(1e9 * indian * indian)), sum(round(1e9 * japanese * japanese)), sum(round(1e9 * korean * korean)),
          sum(round(1e9 * vietnamese * vietnamese)), sum(round(1e9 * other_asian * other_asian)),
          sum(round(1e9 * native * native)), sum(round(1e9 * other * other))] AS voters_squares
  FROM celled_voters
  GROUP BY cell
),
counted AS (
  SELECT cell,
         [sum(round(1e9 * white)), sum(round(1e9 * black)), sum(round(1e9 * latino)), sum(round(1e9 * chinese)),
          sum(round(1e9 * filipino)), sum(round(1e9 * indian)), sum(round(1e9 * japanese)), sum(round(1e9 * korean)),
          sum(round(1e9 * vietnamese)), sum(round(1e9 * other_asian)), sum(round(1e9 * native)),
          sum(round(1e9 * other))] AS voters,
         [sum(round(1e9 * white * white)), sum(round(1e9 * black * black)), sum(round(1e9 * latino * latino)),
          sum(round(1e9 * chinese * chinese)), sum(round(1e9 * filipino * filipino)),
          sum(round(1e9 * indian * indian)), sum(round(1e9 * japanese * japanese)), sum(round(1e9 * korean * korean)),
          sum(round(1e9 * vietnamese * vietnamese)), sum(round(1e9 * other_asian * other_asian)),
          sum(round(1e9 * native * native)), sum(round(1e9 * other * other))] AS voters_squares
  FROM celled_voters JOIN row_chances USING (feature_row)
  WHERE counted
  GROUP BY cell
),
early AS (
  SELECT cell,
         [sum(round(1e9 * white * early_white)), sum(round(1e9 * black * early_black)),
          sum(round(1e9 * latino * early_latino)), sum(round(1e9 * chinese * early_chinese)),
          sum(round(1e9 * filipino * early_filipino)), sum(round(1e9 * indian * early_indian)),
          sum(round(1e9 * japanese * early_japanese)), sum(round(1e9 * korean * early_korean)),
          sum(round(1e9 * vietnamese * early_vietnamese)), sum(round(1e9 * other_asian * early_other_asian)),
          sum(round(1e9 * native * early_native)), sum(round(1e9 * other * early_other))] AS early,
         [sum(round(1e9 * (white * early_white) * (white * early_white))),
          sum(round(1e9 * (black * early_black) * (black * early_black))),
          sum(round(1e9 * (latino * early_latino) * (latino * early_latino))),
          sum(round(1e9 * (chinese * early_chinese) * (chinese * early_chinese))),
          sum(round(1e9 * (filipino * early_filipino) * (filipino * early_filipino))),
          sum(round(1e9 * (indian * early_indian) * (indian * early_indian))),
          sum(round(1e9 * (japanese * early_japanese) * (japanese * early_japanese))),
          sum(round(1e9 * (korean * early_korean) * (korean * early_korean))),
          sum(round(1e9 * (vietnamese * early_vietnamese) * (vietnamese * early_vietnamese))),
          sum(round(1e9 * (other_asian * early_other_asian) * (other_asian * early_other_asian))),
          sum(round(1e9 * (native * early_native) * (native * early_native))),
          sum(round(1e9 * (other * early_other) * (other * early_other)))] AS early_squares
  FROM celled_voters JOIN row_chances USING (feature_row)
  WHERE is_early AND NOT counted
  GROUP BY cell
),
later AS (
  SELECT cell,
         [sum(round(1e9 * white * poll_white * factor)), sum(round(1e9 * black * poll_black * factor)),
          sum(round(1e9 * latino * poll_latino * factor)), sum(round(1e9 * chinese * poll_chinese * factor)),
          sum(round(1e9 * filipino * poll_filipino * factor)), sum(round(1e9 * indian * poll_indian * factor)),
          sum(round(1e9 * japanese * poll_japanese * factor)), sum(round(1e9 * korean * poll_korean * factor)),
          sum(round(1e9 * vietnamese * poll_vietnamese * factor)),
          sum(round(1e9 * other_asian * poll_other_asian * factor)), sum(round(1e9 * native * poll_native * factor)),
          sum(round(1e9 * other * poll_other * factor))] AS poll,
         [sum(round(1e9 * (white * poll_white * factor) * (white * poll_white * factor))),
          sum(round(1e9 * (black * poll_black * factor) * (black * poll_black * factor))),
          sum(round(1e9 * (latino * poll_latino * factor) * (latino * poll_latino * factor))),
          sum(round(1e9 * (chinese * poll_chinese * factor) * (chinese * poll_chinese * factor))),
          sum(round(1e9 * (filipino * poll_filipino * factor) * (filipino * poll_filipino * factor))),
          sum(round(1e9 * (indian * poll_indian * factor) * (indian * poll_indian * factor))),
          sum(round(1e9 * (japanese * poll_japanese * factor) * (japanese * poll_japanese * factor))),
          sum(round(1e9 * (korean * poll_korean * factor) * (korean * poll_korean * factor))),
          sum(round(1e9 * (vietnamese * poll_vietnamese * factor) * (vietnamese * poll_vietnamese * factor))),
          sum(round(1e9 * (other_asian * poll_other_asian * factor) * (other_asian * poll_other_asian * factor))),
          sum(round(1e9 * (native * poll_native * factor) * (native * poll_native * factor))),
          sum(round(1e9 * (other * poll_other * factor) * (other * poll_other * factor)))] AS poll_squares,
         [sum(round(1e9 * white * late_white)), sum(round(1e9 * black * late_black)),
          sum(round(1e9 * latino * late_latino)), sum(round(1e9 * chinese * late_chinese)),
          sum(round(1e9 * filipino * late_filipino)), sum(round(1e9 * indian * late_indian)),
          sum(round(1e9 * japanese * late_japanese)), sum(round(1e9 * korean * late_korean)),
          sum(round(1e9 * vietnamese * late_vietnamese)), sum(round(1e9 * other_asian * late_other_asian)),
          sum(round(1e9 * native * late_native)), sum(round(1e9 * other * late_other))] AS late,
         [sum(round(1e9 * (white * late_white) * (white * late_white))),
          sum(round(1e9 * (black * late_black) * (black * late_black))),
          sum(round(1e9 * (latino * late_latino) * (latino * late_latino))),
          sum(round(1e9 * (chinese * late_chinese) * (chinese * late_chinese))),
          sum(round(1e9 * (filipino * late_filipino) * (filipino * late_filipino))),
          sum(round(1e9 * (indian * late_indian) * (indian * late_indian))),
          sum(round(1e9 * (japanese * late_japanese) * (japanese * late_japanese))),
          sum(round(1e9 * (korean * late_korean) * (korean * late_korean))),
          sum(round(1e9 * (vietnamese * late_vietnamese) * (vietnamese * late_vietnamese))),
          sum(round(1e9 * (other_asian * late_other_asian) * (other_asian * late_other_asian))),
          sum(round(1e9 * (native * late_native) * (native * late_native))),
          sum(round(1e9 * (other * late_other) * (other * late_other)))] AS late_squares
  FROM celled_voters JOIN row_chances USING (feature_row)
  WHERE is_later
  GROUP BY cell
),
by_tranche AS (
  SELECT cell, 'registered' AS tranche, voters AS expected, voters_squares AS squares FROM everyone
  UNION ALL SELECT cell, 'accepted', voters, voters_squares FROM counted
  UNION ALL SELECT cell, 'to come', early, early_squares FROM early
  UNION ALL SELECT cell, 'poll', poll, poll_squares FROM later
  UNION ALL SELECT cell, 'late', late, late_squares FROM later
)
SELECT cell, tranche, unnest(['white', 'black', 'latino', 'chinese', 'filipino', 'indian', 'japanese', 'korean', 'vietnamese',
               'other_asian', 'native', 'other']) AS group_name,
       unnest(expected) AS expected, unnest(squares) AS squares
FROM by_tranche
