-- The voters eligible in the election that is learned from, as of the day before, and what they did.
-- Grain: voter. Reads: described (described.sql, of that election). Writes: described_then, with all its columns.
CREATE OR REPLACE TABLE described_then AS
SELECT voter_id, key, outcome, eligible FROM described WHERE eligible
