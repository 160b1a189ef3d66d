-- Past elections in the vote history, and how those in the file voted.
-- Grain: election. Reads: vote_history, voters. Binds: $before.
SELECT election_date,
       count(*)                                         AS votes,
       count(*) FILTER (WHERE mode = 'mail')            AS mail,
       count(*) FILTER (WHERE mode = 'early_in_person') AS early_in_person,
       count(*) FILTER (WHERE mode = 'election_day')    AS poll,
       count(*) FILTER (WHERE mode = 'late_mail')       AS late_mail,
       count(*) FILTER (WHERE mode = 'provisional')     AS provisional,
       count(*) FILTER (WHERE mode IS NULL)             AS unknown
FROM (
  SELECT voter_id, election_date, min(mode) AS mode
  FROM vote_history SEMI JOIN voters USING (voter_id)
  WHERE election_date < $before
  GROUP BY ALL
)
GROUP BY election_date
ORDER BY election_date
