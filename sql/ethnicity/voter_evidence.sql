-- What is known of each voter, as codes; one row a voter.
-- Grain: voter. Reads: voter_codes (voter_codes.sql), ballots.
-- Writes: voter_evidence: the columns of voter_codes but past, and status (3 × ballot: 0 none, 1 sent or on its way,
-- 2 accepted; + past).
CREATE OR REPLACE TEMP TABLE voter_evidence AS
WITH ballot AS (
  SELECT voter_id, max(CASE WHEN "status" = 'accepted' THEN 2 ELSE 1 END) AS ballot FROM ballots GROUP BY voter_id
)
SELECT v.* EXCLUDE (past), (3 * coalesce(c.ballot, 0) + v.past)::INTEGER AS status
FROM voter_codes v LEFT JOIN ballot c USING (voter_id)
