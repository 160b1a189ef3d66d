-- As elections.sql, of a vote history in which every line is of a voter in the file, and of another election than the
-- voter's other lines (history_sound.sql): who voted need not be looked at.
-- Grain: election. Reads: vote_history. Binds: $before.
SELECT election_date,
       count(*)                                         AS votes,
       count(*) FILTER (WHERE mode = 'mail')            AS mail,
       count(*) FILTER (WHERE mode = 'early_in_person') AS early_in_person,
       count(*) FILTER (WHERE mode = 'election_day')    AS poll,
       count(*) FILTER (WHERE mode = 'late_mail')       AS late_mail,
       count(*) FILTER (WHERE mode = 'provisional')     AS provisional,
       count(*) FILTER (WHERE mode IS NULL)             AS unknown
FROM vote_history
WHERE election_date < $before
GROUP BY election_date
ORDER BY election_date
