-- Ballots the returns hold so far, at most one a voter: the contest with most votes in each unit and tranche.
-- Grain: county × precinct × tranche, for units with a number. Reads: results (of this election).
SELECT county, precinct, tranche, max(votes)::BIGINT AS votes, bool_and(is_real_unit) AS is_real_unit
FROM (
  SELECT contest, county, precinct, any_value(is_real_unit) AS is_real_unit, sum(votes) AS votes,
         CASE WHEN mode IN ('mail', 'early_in_person') THEN 'early' WHEN mode = 'election_day' THEN 'poll'
              ELSE 'late' END AS tranche
  FROM results
  WHERE NOT is_past AND votes IS NOT NULL
  GROUP BY ALL
)
GROUP BY ALL
ORDER BY ALL
