-- How the two parties' votes were cast over whole past ballots: in person early, by mail, at the polls.
-- Grain: state × election date. Reads: results (is_past = true); macro party_code. Binds: none.
-- Only contests in which both parties have early votes and votes at the polls. Shifts are logits towards the Democrats.
WITH by_contest AS (
  SELECT state, election_date, contest, party_code(party) AS code,
    sum(votes) FILTER (mode = 'mail')                       AS mail,
    sum(votes) FILTER (mode IN ('mail', 'early_in_person')) AS early,
    sum(votes) FILTER (mode = 'election_day')               AS poll
  FROM results
  WHERE is_past AND party_code(party) IN ('D', 'R')
  GROUP BY ALL
), between AS (
  SELECT * FROM by_contest
  QUALIFY count(*) FILTER (early > 0 AND poll > 0) OVER (PARTITION BY state, election_date, contest) = 2
), sums AS (
  SELECT state, election_date, count(DISTINCT contest) AS contests,
    sum(early) FILTER (code = 'D') AS early_dem, sum(early) FILTER (code = 'R') AS early_rep,
    sum(coalesce(mail, 0)) FILTER (code = 'D') AS mail_dem, sum(coalesce(mail, 0)) FILTER (code = 'R') AS mail_rep,
    sum(poll) FILTER (code = 'D') AS poll_dem, sum(poll) FILTER (code = 'R') AS poll_rep
  FROM between
  GROUP BY ALL
)
SELECT state, election_date, contests,
  (mail_dem + mail_rep) / (early_dem + early_rep)           AS mail_share,
  ln(poll_dem / poll_rep) - ln(early_dem / early_rep)       AS shift,
  CASE WHEN early_dem > mail_dem AND early_rep > mail_rep
       THEN ln((early_dem - mail_dem) / (early_rep - mail_rep)) - ln(early_dem / early_rep) END AS in_person_gap
FROM sums
WHERE contests >= 10
ORDER BY election_date, state
