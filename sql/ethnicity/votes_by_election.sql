-- How many of the file's voters took part in each past election.
-- Grain: election. Reads: vote_history, voters. Writes: votes_by_election.
CREATE OR REPLACE TABLE votes_by_election AS
SELECT election_date, count(*) AS votes
FROM vote_history JOIN voters USING (voter_id)
GROUP BY election_date
