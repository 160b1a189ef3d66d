-- What a results file says at all: figures by column, their sum, and whether it tells its day and state.
-- Grain: one row. Reads: typed (of the file being read). Binds: none.
SELECT count(*)                   AS lines,
       count(mail)                AS mail,
       count(early_in_person)     AS early_in_person,
       count(election_day)        AS election_day,
       count(provisional)         AS provisional,
       count(late_mail)           AS late_mail,
       count(votes)               AS votes,
       coalesce(sum(coalesce(mail, 0) + coalesce(early_in_person, 0) + coalesce(election_day, 0) + coalesce(provisional, 0)
                    + coalesce(late_mail, 0) + coalesce(votes, 0)), 0)::BIGINT AS all_votes,
       list_sort(list(DISTINCT upper(state)) FILTER (state IS NOT NULL)) AS states,
       list_sort(list(DISTINCT election_date) FILTER (election_date IS NOT NULL)) AS dates
FROM typed;
