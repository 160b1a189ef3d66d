-- Vote history of voters the voter file lacks (they moved, or the files are of other days).
-- Grain: one row. Reads: vote_history, voters. Binds: none.
SELECT coalesce(sum(lines) FILTER (WHERE v.voter_id IS NULL), 0)::BIGINT AS records,
       count(*) FILTER (WHERE v.voter_id IS NULL)                       AS strangers,
       count(*)                                                         AS everyone
FROM (SELECT voter_id, count(*) AS lines FROM vote_history GROUP BY voter_id) h
LEFT JOIN voters v ON h.voter_id = v.voter_id
