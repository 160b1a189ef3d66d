-- Expected voters by cohort and whatever is asked for but groups. Tranche 'accepted' is what is in of 'early'.
-- Grain: county × precinct × party × age × sex × prior × new × tranche; a dimension not in $by is ''.
-- Reads: voter_chances (voter_chances.sql), voter_attributes (attributes.sql), places (places.sql). Binds: $by (list of
-- dimensions). A voter with chance c counts as c expected voters, with variance c (1 − c); sums are as in cells.sql.
WITH voter AS (
  SELECT CASE WHEN list_contains($by, 'county') THEN a."county" ELSE '' END AS "county",
         CASE WHEN list_contains($by, 'precinct') THEN a."precinct" ELSE '' END AS "precinct",
         CASE WHEN list_contains($by, 'party') THEN a."party" ELSE '' END AS "party",
         CASE WHEN list_contains($by, 'age') THEN a."age" ELSE '' END AS "age",
         CASE WHEN list_contains($by, 'sex') THEN a."sex" ELSE '' END AS "sex",
         CASE WHEN list_contains($by, 'prior') THEN a."prior" ELSE '' END AS "prior",
         CASE WHEN list_contains($by, 'new') THEN a."new" ELSE '' END AS "new",
         counted::INTEGER AS accepted, early, poll * factor AS poll, late
  FROM voter_attributes a JOIN voter_chances c USING (voter_id) JOIN places p ON a.place = p.place
),
summed AS (
  SELECT county, precinct, party, age, sex, prior, new,
         [1e9 * count(*), 1e9 * sum(accepted), sum(round(1e9 * early)), sum(round(1e9 * poll)),
          sum(round(1e9 * late))] AS expected,
         [0, 0, sum(round(1e9 * greatest(early * (1 - early), 0))), sum(round(1e9 * greatest(poll * (1 - poll), 0))),
          sum(round(1e9 * late * (1 - late)))] AS variance
  FROM voter
  GROUP BY ALL
)
SELECT county, precinct, party, age, sex, prior, new, tranche, expected / 1e9 AS expected, variance / 1e9 AS variance
FROM (
  SELECT county, precinct, party, age, sex, prior, new,
         unnest(['registered', 'accepted', 'early', 'poll', 'late']) AS tranche,
         unnest(expected) AS expected, unnest(variance) AS variance
  FROM summed
)
ORDER BY ALL
