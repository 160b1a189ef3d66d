-- Some of the eligible voters and the probabilities of their groups: those whose number hashes below a limit.
-- Grain: voter, ordered by voter_id. Reads: the table that $described names (described.sql, described_then.sql),
-- ethnicity. Binds: $salt, $parts (in a million).
SELECT key, outcome, white, black, latino, chinese, filipino, indian, japanese, korean, vietnamese, other_asian, native,
       other
FROM query_table($described) JOIN ethnicity USING (voter_id)
WHERE eligible AND hash(voter_id, $salt::BIGINT) % 1000000 < $parts
ORDER BY voter_id
