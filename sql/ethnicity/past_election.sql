-- The latest past election in which enough of the file's voters took part to be evidence of who they are.
-- Grain: one row or none. Reads: vote_history, voters. Binds: $least (share of voters),
-- $election (the day of this election, or NULL).
SELECT election_date
FROM vote_history JOIN voters USING (voter_id)
WHERE $election::DATE IS NULL OR election_date < $election::DATE
GROUP BY election_date
HAVING count(*) >= $least * (SELECT count(*) FROM voters)
ORDER BY election_date DESC LIMIT 1
