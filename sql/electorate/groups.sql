-- Probabilities of the leaf groups. Grain: voter, ordered by voter_id. Reads: voters, ethnicity.
SELECT white, black, latino, chinese, filipino, indian, japanese, korean, vietnamese, other_asian, native, other
FROM voters LEFT JOIN ethnicity USING (voter_id)
ORDER BY voter_id
