-- Every voter as of the day before this election, by the rows of features.
-- Grain: voter. Reads: described (described.sql, of this election), and the frame row_numbers (key, row).
-- Writes: described_now.
CREATE OR REPLACE TABLE described_now AS
SELECT voter_id, place, row FROM described JOIN row_numbers USING (key)
