-- What a reader should know of the ballots: voters the voter file lacks, and voters with ballots of two modes.
-- Grain: one row. Reads: ballots, ballot_events, voters. Binds: none.
SELECT (SELECT count(*) FROM voters) AS voters,
       (SELECT count(*) FROM ballots) AS ballots,
       count(*) AS strangers,
       count(*) FILTER (WHERE status = 'accepted') AS strangers_counted,
       (SELECT count(*) FROM (
          SELECT voter_id FROM ballot_events WHERE status IN ('accepted', 'cured')
          GROUP BY voter_id HAVING min(mode) <> max(mode))) AS two_modes
FROM ballots ANTI JOIN voters USING (voter_id);
