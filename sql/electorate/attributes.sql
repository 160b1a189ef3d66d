-- What voters can be told apart by, beside the group.
-- Grain: voter. Reads: voters, vote_history, and `places` (places.sql). Binds: $date (of the election), $comparable
-- (the past election that "last time" means, or NULL). Writes: voter_attributes, every value as text.
-- A way of voting: 1 early, 2 at the polls, 3 late, 4 not said. Registrations are new after the comparable election, or in the year
-- before this one where there is none.
CREATE OR REPLACE TEMP TABLE voter_attributes AS
WITH last_time AS (
  SELECT voter_id,
         min(CASE WHEN mode IN ('mail', 'early_in_person') THEN 1 WHEN mode IN ('provisional', 'late_mail') THEN 3
                  WHEN mode IS NULL THEN 4 ELSE 2 END) AS way
  FROM vote_history
  WHERE election_date = $comparable
  GROUP BY ALL
)
SELECT v.voter_id, p.place, v.county, v.precinct,
       coalesce(nullif(v.party, ''), 'unknown') AS party,
       CASE WHEN v.birth_year IS NULL THEN 'unknown'
            WHEN year($date::DATE) - v.birth_year < 30 THEN '18-29'
            WHEN year($date::DATE) - v.birth_year < 45 THEN '30-44'
            WHEN year($date::DATE) - v.birth_year < 65 THEN '45-64'
            ELSE '65+' END AS age,
       coalesce(nullif(v.sex, ''), 'unknown') AS sex,
       CASE WHEN $comparable::DATE IS NULL THEN 'unknown'
            WHEN way = 1 THEN 'early' WHEN way = 2 THEN 'poll' WHEN way = 3 THEN 'late'
            WHEN way = 4 THEN 'voted'
            WHEN v.registration_date >= $comparable OR year($comparable::DATE) - v.birth_year < 18 THEN 'not eligible'
            ELSE 'did not vote' END AS prior,
       CASE WHEN v.registration_date IS NULL THEN 'unknown'
            WHEN v.registration_date > coalesce($comparable::DATE, $date::DATE - INTERVAL 365 DAY) THEN 'new'
            ELSE 'not new' END AS new
FROM voters v JOIN places p USING (county, precinct) LEFT JOIN last_time USING (voter_id)
