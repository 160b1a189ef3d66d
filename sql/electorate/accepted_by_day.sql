-- Ballots accepted by day and group, as the ballots stand now; those without a date count before the first day.
-- Grain: day × group. Reads: ballots, voters, ethnicity. Sums are of whole billionths, as in cells.sql.
WITH days AS (
  SELECT event_date AS day,
         [sum(round(white * 1e9)), sum(round(black * 1e9)), sum(round(latino * 1e9)), sum(round(chinese * 1e9)),
          sum(round(filipino * 1e9)), sum(round(indian * 1e9)), sum(round(japanese * 1e9)), sum(round(korean * 1e9)),
          sum(round(vietnamese * 1e9)), sum(round(other_asian * 1e9)), sum(round(native * 1e9)),
          sum(round(other * 1e9))] AS accepted
  FROM ballots JOIN ethnicity USING (voter_id) SEMI JOIN voters USING (voter_id)
  WHERE status = 'accepted'
  GROUP BY event_date
)
SELECT day, group_name, accepted / 1e9 AS accepted
FROM (
  SELECT day, unnest(accepted) AS accepted,
         unnest(['white', 'black', 'latino', 'chinese', 'filipino', 'indian', 'japanese', 'korean', 'vietnamese',
                'other_asian', 'native', 'other']) AS group_name
  FROM days
)
ORDER BY day NULLS FIRST, group_name
