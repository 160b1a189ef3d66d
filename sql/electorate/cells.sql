-- Expected voters by cohort and group, into `cells`: the sums by precinct, with its poll count brought in.
-- Grain: county × precinct × group × tranche. Reads: tranche_sums (tranche_sums.sql, by place), places.
INSERT INTO cells
WITH tranches AS (
  SELECT place, county, precinct, factor, tranche
  FROM places, unnest(['registered', 'early', 'poll', 'late']) AS t(tranche)
),
leaf_groups AS (
  SELECT unnest(['white', 'black', 'latino', 'chinese', 'filipino', 'indian', 'japanese', 'korean', 'vietnamese',
                'other_asian', 'native', 'other']) AS group_name
),
sums AS (
  SELECT cell AS place, group_name,
         CASE WHEN tranche IN ('accepted', 'to come') THEN 'early' ELSE tranche END AS tranche,
         sum(expected) AS expected, sum(squares) AS squares
  FROM tranche_sums
  GROUP BY ALL
)
SELECT county, precinct, group_name, tranche, coalesce(times * expected, 0) / 1e9,
       coalesce(greatest(times * expected - times * times * squares, 0), 0) / 1e9
FROM (SELECT *, CASE WHEN tranche = 'poll' THEN factor ELSE 1 END AS times FROM tranches, leaf_groups)
LEFT JOIN sums USING (place, group_name, tranche)
ORDER BY county, precinct, group_name, tranche
