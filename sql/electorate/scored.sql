-- What the queries over expected voters read: who falls into which row of scores, and a row's chances by group.
-- Grain: voter; row of scores × group; precinct. Reads voters and the frames
--   standing (voter_id, feature_row, counted, pending): feature_row is NULL for ballots counted or pending,
--   scores   (feature_row, early, poll, late, none, holds): weights of each way of voting, the same for every group,
--            and 1 where the voter may hold a mail ballot, else 0,
--   tilts    (group_name, early, poll, late, late_from_early, late_from_poll, none): what a group multiplies them by,
--   settled  (feature_row, early, late): chances of ballots counted or pending, by the row (below 0) they stand in,
--   polls    (county, precinct, factor, reported): what the poll counts of a precinct make of its expected poll vote.
-- Writes: scored_voters (voter_id, feature_row), row_chances (feature_row, group_name, early, poll, late),
-- places (county, precinct, factor, reported, place): every precinct of the file.
CREATE OR REPLACE TEMP TABLE scored_voters AS FROM standing;
CREATE OR REPLACE TEMP TABLE row_chances AS
SELECT feature_row, group_name, early / norm AS early, poll / norm AS poll, late / norm AS late
FROM (
  SELECT *, early + poll + late + none AS norm
  FROM (
    SELECT feature_row, group_name,
           s.early * t.early AS early,
           s.poll * t.poll AS poll,
           s.holds * (s.early * t.late_from_early + s.poll * t.late_from_poll) + s.late * t.late AS late,
           s.none * t.none AS none
    FROM scores s CROSS JOIN tilts t
  )
)
UNION ALL
SELECT feature_row, group_name, early, 0, late FROM settled CROSS JOIN (SELECT group_name FROM tilts);
CREATE OR REPLACE TEMP TABLE places AS
SELECT county, precinct, coalesce(factor, 1) AS factor, coalesce(reported, false) AS reported,
       row_number() OVER (ORDER BY county, precinct) AS place
FROM (SELECT DISTINCT county, precinct FROM voters) LEFT JOIN polls USING (county, precinct)
