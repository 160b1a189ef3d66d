-- Adds the voters eligible in a past election, as of the day before, and what they did.
-- Grain: election × voter. Reads: described (described.sql, of that election). Binds: $election. Writes: described_then.
INSERT INTO described_then
SELECT $election, voter_id, key, outcome FROM described WHERE eligible
