-- What is known of each voter just before an election, coded; and what the voter then did.
-- Grain: voter, ordered by voter_id. Reads: voters, vote_history, ballots, and `past`, a frame
-- (rank, election_date, is_general) of the elections that count, rank 1 being the latest. Binds: $target.
-- Exposure: only elections after registration and from the year of turning 18 count, and any the voter did vote in
-- (a file shows the latest registration only). Eligibility never lapses, so exposure is a number of latest elections.
WITH coded AS (
  SELECT voter_id, election_date,
         min(CASE WHEN mode IN ('mail', 'early_in_person') THEN 1 WHEN mode IN ('provisional', 'late_mail') THEN 3
                  ELSE 2 END) AS way
  FROM vote_history
  WHERE election_date <= $target
  GROUP BY ALL
),
history AS (
  SELECT coded.voter_id,
         sum((1::BIGINT << (past.rank - 1)))::BIGINT  AS pattern,
         count(past.rank)                             AS votes,
         count(past.rank) FILTER (WHERE way = 1)      AS mail_votes,
         max(past.rank)                               AS oldest,
         arg_min(way, past.rank)                      AS last_way,
         min(past.rank)                               AS recency,
         count(past.rank) FILTER (WHERE past.is_general) AS generals,
         max(way) FILTER (WHERE past.rank = 1)        AS latest,
         max(way) FILTER (WHERE past.rank = 2)        AS previous,
         max(way) FILTER (WHERE coded.election_date = $target) AS outcome
  FROM coded LEFT JOIN past USING (election_date)
  GROUP BY ALL
),
by_registration AS (
  SELECT registration_date, count(past.rank) AS registered_at
  FROM (SELECT DISTINCT registration_date FROM voters) v
  LEFT JOIN past ON v.registration_date IS NULL OR past.election_date > v.registration_date
  GROUP BY ALL
),
by_birth AS (
  SELECT birth_year, count(past.rank) AS adult_at
  FROM (SELECT DISTINCT birth_year FROM voters) v
  LEFT JOIN past ON v.birth_year IS NULL OR year(past.election_date) - v.birth_year >= 18
  GROUP BY ALL
),
parties AS (
  SELECT party, least(row_number() OVER (ORDER BY count(*) DESC, party), 7) AS code
  FROM voters WHERE party IS NOT NULL AND party <> ''
  GROUP BY party
),
voter AS (
  SELECT v.voter_id, v.county, v.precinct,
         greatest(least(r.registered_at, b.adult_at), coalesce(h.oldest, 0)) AS exposure,
         coalesce(h.pattern, 0)    AS pattern,
         coalesce(h.votes, 0)      AS votes,
         coalesce(h.mail_votes, 0) AS mail_votes,
         coalesce(h.last_way, 0)   AS last_way,
         least(coalesce(h.recency, 0), 6) AS recency,
         coalesce(h.generals, 0)   AS generals,
         h.latest, h.previous,
         coalesce(h.outcome, 0)    AS outcome,
         (h.outcome IS NOT NULL
          OR ((v.registration_date IS NULL OR v.registration_date < $target)
              AND (v.birth_year IS NULL OR year($target::DATE) - v.birth_year >= 18))) AS eligible,
         CASE WHEN v.birth_year IS NULL THEN 0
              ELSE greatest(1, least(7, (year($target::DATE) - v.birth_year - 15) // 10 + 1)) END AS age,
         coalesce(p.code, 0) AS party,
         CASE WHEN v.registration_date IS NULL THEN 0
              ELSE greatest(1, least(6, ceil(log2(1 + date_diff('day', v.registration_date, $target::DATE) / 180.0))))
         END AS registered_for,
         coalesce(v.permanent_mail::INTEGER, 2) AS permanent_mail,
         coalesce(ballots.status, '') AS ballot
  FROM voters v
  JOIN by_registration r ON v.registration_date IS NOT DISTINCT FROM r.registration_date
  JOIN by_birth b ON v.birth_year IS NOT DISTINCT FROM b.birth_year
  LEFT JOIN parties p USING (party)
  LEFT JOIN history h USING (voter_id)
  LEFT JOIN ballots USING (voter_id)
),
everywhere AS (
  SELECT coalesce(sum(votes) / nullif(sum(exposure), 0), 0) AS rate,
         coalesce(sum(mail_votes) / nullif(sum(votes), 0), 0) AS by_mail
  FROM voter
),
generals AS (
  -- How many of the latest n elections were general ones, for every n.
  SELECT n.rank AS exposure, count(past.rank) FILTER (WHERE past.is_general) AS general_exposure
  FROM (SELECT rank FROM past) n JOIN past ON past.rank <= n.rank
  GROUP BY ALL
),
by_precinct AS (
  -- Shrunk to the file's rates by 200 voter-elections, or 200 ballots, then in five bands around them.
  SELECT county, precinct,
         1 + count_if(ratio > 0.75) + count_if(ratio > 0.92) + count_if(ratio > 1.08) + count_if(ratio > 1.25)
           AS precinct_turnout,
         1 + count_if(mail > 0.75) + count_if(mail > 0.92) + count_if(mail > 1.08) + count_if(mail > 1.25)
           AS precinct_mail
  FROM (
    SELECT county, precinct,
           (sum(votes) + 200 * any_value(rate)) / ((sum(exposure) + 200) * any_value(rate)) AS ratio,
           (sum(mail_votes) + 200 * any_value(by_mail)) / ((sum(votes) + 200) * any_value(by_mail)) AS mail
    FROM voter, everywhere
    GROUP BY ALL
  )
  GROUP BY ALL
)
SELECT voter_id,
       pattern::BIGINT                    AS pattern,
       exposure::UTINYINT                 AS exposure,
       votes::UTINYINT                    AS votes,
       mail_votes::UTINYINT               AS mail_votes,
       last_way::UTINYINT                 AS last_way,
       -- 0: not eligible then, 1: eligible and did not vote, 2 and up: the way of voting
       (CASE WHEN exposure < 1 THEN 0 ELSE 1 + coalesce(latest, 0) END)::UTINYINT   AS latest,
       (CASE WHEN exposure < 2 THEN 0 ELSE 1 + coalesce(previous, 0) END)::UTINYINT AS previous,
       recency::UTINYINT                  AS recency,
       -- 0: eligible in no general election, 1: voted in none of them, 2: in some, 3: in all
       (CASE WHEN coalesce(general_exposure, 0) = 0 THEN 0 WHEN generals = 0 THEN 1
             WHEN generals < general_exposure THEN 2 ELSE 3 END)::UTINYINT AS general_habit,
       age::UTINYINT                      AS age,
       party::UTINYINT                    AS party,
       registered_for::UTINYINT           AS registered_for,
       permanent_mail::UTINYINT           AS permanent_mail,
       precinct_turnout::UTINYINT         AS precinct_turnout,
       precinct_mail::UTINYINT            AS precinct_mail,
       outcome::UTINYINT                  AS outcome,
       eligible,
       ballot
FROM voter JOIN by_precinct USING (county, precinct) LEFT JOIN generals USING (exposure)
ORDER BY voter_id
