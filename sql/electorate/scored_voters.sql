-- What queries over expected voters read of a voter, joined once for all of them.
-- Grain: voter with an estimate. Reads: voter_rows (voter_rows.sql). Writes: scored_voters, unless it is there.
CREATE TEMP TABLE IF NOT EXISTS scored_voters AS FROM voter_rows
