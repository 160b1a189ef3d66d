-- Votes in past elections of those in the file, one a voter and election.
-- Grain: voter × election. Reads: vote_history, voters. Writes: the view election_votes. Binds: none.
CREATE OR REPLACE TEMP VIEW election_votes AS
SELECT voter_id, election_date, min(mode) AS mode
FROM vote_history SEMI JOIN voters USING (voter_id)
GROUP BY ALL
