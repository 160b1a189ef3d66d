-- Expected voters by cohort and group, into `cells`.
-- Grain: county × precinct × group × tranche. Reads: voters, voter_chances (voter_chances.sql), places (places.sql).
-- A voter of group g with probability p and chance r counts as p r expected voters, with variance p r (1 − p r).
-- Sums are of whole billionths of a voter, which doubles add exactly (below 9 million voters a cell), so they depend
-- neither on the order of rows nor on the number of threads.
INSERT INTO cells
WITH summed AS (
  SELECT place,
         [sum(round(1e9 * white)), sum(round(1e9 * black)), sum(round(1e9 * latino)), sum(round(1e9 * chinese)),
          sum(round(1e9 * filipino)), sum(round(1e9 * indian)), sum(round(1e9 * japanese)), sum(round(1e9 * korean)),
          sum(round(1e9 * vietnamese)), sum(round(1e9 * other_asian)), sum(round(1e9 * native)),
          sum(round(1e9 * other))] AS registered,
         [sum(round(1e9 * white * early_white)), sum(round(1e9 * black * early_black)),
          sum(round(1e9 * latino * early_latino)), sum(round(1e9 * chinese * early_chinese)),
          sum(round(1e9 * filipino * early_filipino)), sum(round(1e9 * indian * early_indian)),
          sum(round(1e9 * japanese * early_japanese)), sum(round(1e9 * korean * early_korean)),
          sum(round(1e9 * vietnamese * early_vietnamese)), sum(round(1e9 * other_asian * early_other_asian)),
          sum(round(1e9 * native * early_native)), sum(round(1e9 * other * early_other))] AS early,
         [sum(round(1e9 * white * poll_white * factor)), sum(round(1e9 * black * poll_black * factor)),
          sum(round(1e9 * latino * poll_latino * factor)), sum(round(1e9 * chinese * poll_chinese * factor)),
          sum(round(1e9 * filipino * poll_filipino * factor)), sum(round(1e9 * indian * poll_indian * factor)),
          sum(round(1e9 * japanese * poll_japanese * factor)), sum(round(1e9 * korean * poll_korean * factor)),
          sum(round(1e9 * vietnamese * poll_vietnamese * factor)),
          sum(round(1e9 * other_asian * poll_other_asian * factor)), sum(round(1e9 * native * poll_native * factor)),
          sum(round(1e9 * other * poll_other * factor))] AS poll,
         [sum(round(1e9 * white * late_white)), sum(round(1e9 * black * late_black)),
          sum(round(1e9 * latino * late_latino)), sum(round(1e9 * chinese * late_chinese)),
          sum(round(1e9 * filipino * late_filipino)), sum(round(1e9 * indian * late_indian)),
          sum(round(1e9 * japanese * late_japanese)), sum(round(1e9 * korean * late_korean)),
          sum(round(1e9 * vietnamese * late_vietnamese)), sum(round(1e9 * other_asian * late_other_asian)),
          sum(round(1e9 * native * late_native)), sum(round(1e9 * other * late_other))] AS late,
         [sum(round(1e9 * white * (1 - white))), sum(round(1e9 * black * (1 - black))),
          sum(round(1e9 * latino * (1 - latino))), sum(round(1e9 * chinese * (1 - chinese))),
          sum(round(1e9 * filipino * (1 - filipino))), sum(round(1e9 * indian * (1 - indian))),
          sum(round(1e9 * japanese * (1 - japanese))), sum(round(1e9 * korean * (1 - korean))),
          sum(round(1e9 * vietnamese * (1 - vietnamese))), sum(round(1e9 * other_asian * (1 - other_asian))),
          sum(round(1e9 * native * (1 - native))), sum(round(1e9 * other * (1 - other)))] AS registered_variance,
         [sum(round(1e9 * white * early_white * (1 - white * early_white))),
          sum(round(1e9 * black * early_black * (1 - black * early_black))),
          sum(round(1e9 * latino * early_latino * (1 - latino * early_latino))),
          sum(round(1e9 * chinese * early_chinese * (1 - chinese * early_chinese))),
          sum(round(1e9 * filipino * early_filipino * (1 - filipino * early_filipino))),
          sum(round(1e9 * indian * early_indian * (1 - indian * early_indian))),
          sum(round(1e9 * japanese * early_japanese * (1 - japanese * early_japanese))),
          sum(round(1e9 * korean * early_korean * (1 - korean * early_korean))),
          sum(round(1e9 * vietnamese * early_vietnamese * (1 - vietnamese * early_vietnamese))),
          sum(round(1e9 * other_asian * early_other_asian * (1 - other_asian * early_other_asian))),
          sum(round(1e9 * native * early_native * (1 - native * early_native))),
          sum(round(1e9 * other * early_other * (1 - other * early_other)))] AS early_variance,
         [sum(round(1e9 * greatest(white * poll_white * factor - (white * poll_white * factor) ** 2, 0))),
          sum(round(1e9 * greatest(black * poll_black * factor - (black * poll_black * factor) ** 2, 0))),
          sum(round(1e9 * greatest(latino * poll_latino * factor - (latino * poll_latino * factor) ** 2, 0))),
          sum(round(1e9 * greatest(chinese * poll_chinese * factor - (chinese * poll_chinese * factor) ** 2, 0))),
          sum(round(1e9 * greatest(filipino * poll_filipino * factor - (filipino * poll_filipino * factor) ** 2, 0))),
          sum(round(1e9 * greatest(indian * poll_indian * factor - (indian * poll_indian * factor) ** 2, 0))),
          sum(round(1e9 * greatest(japanese * poll_japanese * factor - (japanese * poll_japanese * factor) ** 2, 0))),
          sum(round(1e9 * greatest(korean * poll_korean * factor - (korean * poll_korean * factor) ** 2, 0))),
          sum(round(1e9 * greatest(vietnamese * poll_vietnamese * factor - (vietnamese * poll_vietnamese * factor) ** 2, 0))),
          sum(round(1e9 * greatest(other_asian * poll_other_asian * factor - (other_asian * poll_other_asian * factor) ** 2, 0))),
          sum(round(1e9 * greatest(native * poll_native * factor - (native * poll_native * factor) ** 2, 0))),
          sum(round(1e9 * greatest(other * poll_other * factor - (other * poll_other * factor) ** 2, 0)))] AS poll_variance,
         [sum(round(1e9 * white * late_white * (1 - white * late_white))),
          sum(round(1e9 * black * late_black * (1 - black * late_black))),
          sum(round(1e9 * latino * late_latino * (1 - latino * late_latino))),
          sum(round(1e9 * chinese * late_chinese * (1 - chinese * late_chinese))),
          sum(round(1e9 * filipino * late_filipino * (1 - filipino * late_filipino))),
          sum(round(1e9 * indian * late_indian * (1 - indian * late_indian))),
          sum(round(1e9 * japanese * late_japanese * (1 - japanese * late_japanese))),
          sum(round(1e9 * korean * late_korean * (1 - korean * late_korean))),
          sum(round(1e9 * vietnamese * late_vietnamese * (1 - vietnamese * late_vietnamese))),
          sum(round(1e9 * other_asian * late_other_asian * (1 - other_asian * late_other_asian))),
          sum(round(1e9 * native * late_native * (1 - native * late_native))),
          sum(round(1e9 * other * late_other * (1 - other * late_other)))] AS late_variance
  FROM voters JOIN places USING (county, precinct) JOIN voter_chances USING (voter_id)
  GROUP BY place
),
by_group AS (
  SELECT place,
         unnest(['white', 'black', 'latino', 'chinese', 'filipino', 'indian', 'japanese', 'korean', 'vietnamese',
                'other_asian', 'native', 'other']) AS group_name,
         unnest(registered) AS registered, unnest(registered_variance) AS registered_variance,
         unnest(early) AS early, unnest(early_variance) AS early_variance,
         unnest(poll) AS poll, unnest(poll_variance) AS poll_variance,
         unnest(late) AS late, unnest(late_variance) AS late_variance
  FROM summed
)
SELECT county, precinct, group_name, tranche, expected / 1e9, variance / 1e9
FROM (
  SELECT place, group_name,
         unnest(['registered', 'early', 'poll', 'late']) AS tranche,
         unnest([registered, early, poll, late]) AS expected,
         unnest([registered_variance, early_variance, poll_variance, late_variance]) AS variance
  FROM by_group
) JOIN places USING (place)
ORDER BY county, precinct, group_name, tranche
