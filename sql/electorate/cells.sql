-- Expected voters by cohort and group, into `cells`.
-- Grain: county × precinct × group × tranche. Reads: voters, ethnicity, and what scored.sql writes.
-- Voters of one precinct and one row of scores are added up first: given the group, their chances r are the same, so
-- expected is r Σp and the variance of the count Σ rp (1 − rp) = r Σp − r² Σp².
-- Sums are of whole billionths of a voter, which doubles add exactly (below 9 million voters a cell), so they depend
-- neither on the order of rows nor on the number of threads.
INSERT INTO cells
WITH alike AS (
  SELECT place, feature_row,
         [sum(round(white * 1e9)), sum(round(black * 1e9)), sum(round(latino * 1e9)), sum(round(chinese * 1e9)),
          sum(round(filipino * 1e9)), sum(round(indian * 1e9)), sum(round(japanese * 1e9)), sum(round(korean * 1e9)),
          sum(round(vietnamese * 1e9)), sum(round(other_asian * 1e9)), sum(round(native * 1e9)),
          sum(round(other * 1e9))] AS p,
         [sum(round(white * white * 1e9)), sum(round(black * black * 1e9)), sum(round(latino * latino * 1e9)),
          sum(round(chinese * chinese * 1e9)), sum(round(filipino * filipino * 1e9)),
          sum(round(indian * indian * 1e9)), sum(round(japanese * japanese * 1e9)), sum(round(korean * korean * 1e9)),
          sum(round(vietnamese * vietnamese * 1e9)), sum(round(other_asian * other_asian * 1e9)),
          sum(round(native * native * 1e9)), sum(round(other * other * 1e9))] AS p2
  FROM voters v JOIN places USING (county, precinct) JOIN scored_voters USING (voter_id) JOIN ethnicity USING (voter_id)
  GROUP BY place, feature_row
),
alike_by_group AS (
  SELECT place, feature_row, unnest(p) AS p, unnest(p2) AS p2,
         unnest(['white', 'black', 'latino', 'chinese', 'filipino', 'indian', 'japanese', 'korean', 'vietnamese',
                'other_asian', 'native', 'other']) AS group_name
  FROM alike
),
summed AS (
  SELECT place, group_name,
         [sum(p), sum(round(p * early)), sum(round(p * poll * factor)), sum(round(p * late))] AS expected,
         [sum(p - p2), sum(round(p * early - p2 * early * early)),
          sum(round(greatest(p * poll * factor - p2 * poll * poll * factor * factor, 0))),
          sum(round(p * late - p2 * late * late))] AS variance
  FROM alike_by_group JOIN row_chances USING (feature_row, group_name) JOIN places USING (place)
  GROUP BY ALL
)
SELECT county, precinct, group_name, tranche, expected / 1e9, greatest(variance, 0) / 1e9
FROM (
  SELECT place, group_name,
         unnest(['registered', 'early', 'poll', 'late']) AS tranche,
         unnest(expected) AS expected, unnest(variance) AS variance
  FROM summed
) JOIN places USING (place)
ORDER BY county, precinct, group_name, tranche
