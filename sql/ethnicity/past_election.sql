-- The latest past election in which enough of the file's voters took part to be evidence of who they are.
-- Grain: one row or none. Reads: votes_by_election (votes_by_election.sql), voters. Binds: $least (share of voters),
-- $election (the day of this election, or NULL).
SELECT election_date
FROM votes_by_election
WHERE ($election::DATE IS NULL OR election_date < $election::DATE)
  AND votes >= $least * (SELECT count(*) FROM voters)
ORDER BY election_date DESC LIMIT 1
