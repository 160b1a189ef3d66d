-- Days of the elections in the vote history. Grain: election. Reads: vote_history.
SELECT DISTINCT election_date FROM vote_history ORDER BY election_date
