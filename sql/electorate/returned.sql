-- How the ballots of this election stand, and the dates that bound it.
-- Grain: one row. Reads: ballots, voters, vote_history. Writes: returned.
CREATE OR REPLACE TABLE returned AS
SELECT (SELECT count(*) FROM voters)                                AS voters,
       count(*) FILTER (WHERE status = 'accepted')                  AS accepted,
       count(*) FILTER (WHERE status = 'sent')                      AS sent,
       max(event_date)                                              AS latest,
       (SELECT max(election_date) FROM vote_history)                AS last_history
FROM ballots SEMI JOIN voters USING (voter_id)
