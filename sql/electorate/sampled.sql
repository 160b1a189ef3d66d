-- Some of the eligible of a past election and the probabilities of their groups: those whose number hashes below a limit.
-- Grain: voter, ordered by voter_id. Reads: described_then (described_then.sql), ethnicity. Binds: $election, $salt,
-- $parts (in a million).
SELECT key, outcome, white, black, latino, chinese, filipino, indian, japanese, korean, vietnamese, other_asian, native,
       other
FROM described_then JOIN ethnicity USING (voter_id)
WHERE election = $election AND hash(voter_id, $salt::BIGINT) % 1000000 < $parts
ORDER BY voter_id
