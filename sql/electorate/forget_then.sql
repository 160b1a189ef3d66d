-- Begins anew with the voters of past elections: none.
-- Grain: election × voter. Writes: described_then (described_then.sql).
CREATE OR REPLACE TABLE described_then (
  election DATE NOT NULL, voter_id VARCHAR NOT NULL, key BIGINT NOT NULL, outcome UTINYINT NOT NULL
)
