-- How the ballots differ from earlier ones.
-- Grain: one row; every number counts voters. Reads: ballots, ballots_before (a view). Binds: none.
SELECT count(b.voter_id)                                                                   AS before,
       count(n.voter_id)                                                                   AS now,
       count(*) FILTER (b.voter_id IS NULL)                                                AS appeared,
       count(*) FILTER (n.voter_id IS NULL)                                                AS vanished,
       count(*) FILTER (b.status <> n.status OR b.mode <> n.mode)                          AS changed,
       count(*) FILTER (b.status = 'accepted' AND n.status <> 'accepted')                  AS revoked,
       count(*) FILTER (b.status = 'accepted')                                             AS accepted_before,
       count(*) FILTER (n.status = 'accepted')                                             AS accepted_now,
       count(*) FILTER (b.status = 'accepted' AND n.voter_id IS NULL)                      AS accepted_vanished
FROM ballots_before b FULL JOIN ballots n USING (voter_id);
