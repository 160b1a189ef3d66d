-- Expected voters by cohort and whatever is asked for.
-- Tranche 'accepted' is the part of 'early' that is in already.
-- Grain: group × county × precinct × party × age × sex × prior × new × tranche; a dimension not in $by is ''.
-- Reads: ethnicity, and what scored.sql and attributes.sql write. Binds: $by (list of dimensions; 'group' is one).
-- Voters alike are added up first, as in cells.sql. Where groups are not told apart a voter counts as one, whose chance is
-- the mean over groups; the variance is then that of voters, not of their parts in groups.
WITH alike AS (
  SELECT CASE WHEN list_contains($by, 'county') THEN a."county" ELSE '' END AS "county",
         CASE WHEN list_contains($by, 'precinct') THEN a."precinct" ELSE '' END AS "precinct",
         CASE WHEN list_contains($by, 'party') THEN a."party" ELSE '' END AS "party",
         CASE WHEN list_contains($by, 'age') THEN a."age" ELSE '' END AS "age",
         CASE WHEN list_contains($by, 'sex') THEN a."sex" ELSE '' END AS "sex",
         CASE WHEN list_contains($by, 'prior') THEN a."prior" ELSE '' END AS "prior",
         CASE WHEN list_contains($by, 'new') THEN a."new" ELSE '' END AS "new",
         a.place, s.feature_row,
         [sum(round(white * 1e9)), sum(round(black * 1e9)), sum(round(latino * 1e9)), sum(round(chinese * 1e9)),
          sum(round(filipino * 1e9)), sum(round(indian * 1e9)), sum(round(japanese * 1e9)), sum(round(korean * 1e9)),
          sum(round(vietnamese * 1e9)), sum(round(other_asian * 1e9)), sum(round(native * 1e9)),
          sum(round(other * 1e9))] AS p,
         [sum(round(white * white * 1e9)), sum(round(black * black * 1e9)), sum(round(latino * latino * 1e9)),
          sum(round(chinese * chinese * 1e9)), sum(round(filipino * filipino * 1e9)),
          sum(round(indian * indian * 1e9)), sum(round(japanese * japanese * 1e9)), sum(round(korean * korean * 1e9)),
          sum(round(vietnamese * vietnamese * 1e9)), sum(round(other_asian * other_asian * 1e9)),
          sum(round(native * native * 1e9)), sum(round(other * other * 1e9))] AS p2
  FROM voter_attributes a JOIN scored_voters s USING (voter_id) JOIN ethnicity e USING (voter_id)
  GROUP BY ALL
),
by_group AS (
  SELECT * EXCLUDE (p, p2), unnest(p) AS p, unnest(p2) AS p2,
         unnest(['white', 'black', 'latino', 'chinese', 'filipino', 'indian', 'japanese', 'korean', 'vietnamese',
                'other_asian', 'native', 'other']) AS group_name
  FROM alike
),
counted AS (
  -- n expected voters with the chance e / n each; same is n, or where groups are told apart Σp²
  SELECT CASE WHEN list_contains($by, 'group') THEN group_name ELSE '' END AS "group",
         county, precinct, party, age, sex, prior, new, place, feature_row,
         sum(p) AS n,
         if(list_contains($by, 'group'), sum(p2), sum(p)) AS same,
         sum(if(feature_row = -1, p, 0)) AS accepted,
         sum(round(p * early)) AS early, sum(round(p * poll * factor)) AS poll, sum(round(p * late)) AS late
  FROM (SELECT b.*, p.factor, r.early, r.poll, r.late
        FROM by_group b JOIN row_chances r USING (feature_row, group_name) JOIN places p USING (place))
  GROUP BY ALL
),
summed AS (
  SELECT "group", county, precinct, party, age, sex, prior, new,
         [sum(n), sum(accepted), sum(early), sum(poll), sum(late)] AS expected,
         [sum(n - same), sum(round(accepted - same * (accepted / n) ** 2)), sum(round(early - same * (early / n) ** 2)),
          sum(round(greatest(poll - same * (poll / n) ** 2, 0))), sum(round(late - same * (late / n) ** 2))] AS variance
  FROM counted
  WHERE n > 0
  GROUP BY ALL
)
SELECT * EXCLUDE (expected, variance, tranche),
       tranche, expected / 1e9 AS expected, greatest(variance, 0) / 1e9 AS variance
FROM (
  SELECT * EXCLUDE (expected, variance),
         unnest(['registered', 'accepted', 'early', 'poll', 'late']) AS tranche,
         unnest(expected) AS expected, unnest(variance) AS variance
  FROM summed
)
ORDER BY ALL
