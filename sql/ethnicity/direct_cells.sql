-- The places that occur. Grain: place. Reads: voter_keys.
SELECT DISTINCT cell AS key FROM voter_keys ORDER BY key
