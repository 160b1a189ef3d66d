-- Past elections in the vote history, and how those in the file voted.
-- Grain: election. Reads: election_votes (election_votes.sql). Binds: $before.
SELECT election_date,
       count(*)                                         AS votes,
       count(*) FILTER (WHERE mode = 'mail')            AS mail,
       count(*) FILTER (WHERE mode = 'early_in_person') AS early_in_person,
       count(*) FILTER (WHERE mode = 'election_day')    AS poll,
       count(*) FILTER (WHERE mode = 'late_mail')       AS late_mail,
       count(*) FILTER (WHERE mode = 'provisional')     AS provisional,
       count(*) FILTER (WHERE mode IS NULL)             AS unknown
FROM election_votes
WHERE election_date < $before
GROUP BY election_date
ORDER BY election_date
