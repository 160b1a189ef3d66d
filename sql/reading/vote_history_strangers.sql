-- Vote history of voters the voter file lacks (they moved, or the files are of other days).
-- Grain: one row. Reads: vote_history, voters. Binds: none.
SELECT count(*) AS records, count(DISTINCT h.voter_id) AS strangers,
       (SELECT count(DISTINCT voter_id) FROM vote_history) AS everyone
FROM vote_history h ANTI JOIN voters USING (voter_id);
