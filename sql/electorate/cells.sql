-- Expected voters by cohort and group, into `cells`.
-- Grain: county × precinct × group × tranche. Reads: voters, ethnicity, and the frames
--   standing (voter_id, feature_row, counted, pending): feature_row is NULL for ballots counted or pending,
--   scores   (feature_row, early, poll, late, none, holds): weights of each way of voting, the same for every group,
--            and 1 where the voter may hold a mail ballot, else 0,
--   tilts    (group_name, early, poll, late, late_from_early, late_from_poll, none): what a group multiplies them by,
--   polls    (county, precinct, factor): what the poll counts of a precinct make of its expected poll vote.
-- Binds: $begun (first returns are out: nothing more will be counted early).
-- Sums are of whole billionths of a voter, which doubles add exactly (below 9 million voters a cell), so they depend
-- neither on the order of rows nor on the number of threads.
INSERT INTO cells
WITH places AS (
  SELECT county, precinct, coalesce(factor, 1) AS factor, row_number() OVER (ORDER BY county, precinct) AS place
  FROM (SELECT DISTINCT county, precinct FROM voters) LEFT JOIN polls USING (county, precinct)
),
voter AS (
  SELECT place, factor, s.counted, s.pending,
         coalesce(w.early, 0) AS early, coalesce(w.poll, 0) AS poll, coalesce(w.late, 0) AS late, w.none,
         coalesce(w.holds, 0) AS holds,
         e.* EXCLUDE (voter_id, basis)
  FROM voters v JOIN places USING (county, precinct) JOIN standing s USING (voter_id) JOIN ethnicity e USING (voter_id)
  LEFT JOIN scores w USING (feature_row)
),
voter_group AS (
  UNPIVOT voter
  ON white, black, latino, chinese, filipino, indian, japanese, korean, vietnamese, other_asian, native, other
  INTO NAME group_name VALUE probability
),
weighed AS (
  SELECT place, factor, group_name, counted, pending, probability::DOUBLE AS probability,
         v.early * t.early AS early,
         v.poll * t.poll AS poll,
         v.holds * (v.early * t.late_from_early + v.poll * t.late_from_poll) + v.late * t.late AS late,
         v.none * t.none AS none
  FROM voter_group v JOIN tilts t USING (group_name)
),
chance AS (
  SELECT place, group_name, probability,
         CASE WHEN counted THEN probability WHEN none IS NULL THEN if($begun, 0, pending * probability)
              ELSE probability * early / norm END AS early,
         CASE WHEN none IS NULL THEN 0 ELSE probability * poll / norm END * factor AS poll,
         CASE WHEN counted THEN 0 WHEN none IS NULL THEN if($begun, pending * probability, 0)
              ELSE probability * late / norm END AS late
  FROM (SELECT *, early + poll + late + none AS norm FROM weighed)
),
summed AS (
  SELECT place, group_name,
         [sum(round(probability * 1e9)), sum(round(early * 1e9)),
          sum(round(poll * 1e9)), sum(round(late * 1e9))] AS expected,
         [sum(round(probability * (1 - probability) * 1e9)), sum(round(early * (1 - early) * 1e9)),
          sum(round(greatest(poll * (1 - poll), 0) * 1e9)), sum(round(late * (1 - late) * 1e9))] AS variance
  FROM chance
  GROUP BY ALL
)
SELECT county, precinct, group_name, tranche, expected / 1e9, variance / 1e9
FROM (
  SELECT place, group_name,
         unnest(['registered', 'early', 'poll', 'late']) AS tranche,
         unnest(expected) AS expected, unnest(variance) AS variance
  FROM summed
) JOIN places USING (place)
ORDER BY county, precinct, group_name, tranche
