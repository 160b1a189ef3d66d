-- What a run keeps of the partitions of a contest, for the next: of each what left it. No row is a voter's.
-- Grain: partition; partition × county × precinct × group × tranche; partition × precinct; × file; × finding.
-- Reads: cells, reconciliation, findings (their columns). Binds: none.
CREATE OR REPLACE TABLE part_facts (
  number     INTEGER NOT NULL,         -- place among the voter files, from 0
  name       VARCHAR NOT NULL,
  key        VARCHAR NOT NULL,         -- hash of what the partition follows from; '': take it over no more
  latest     DATE,                     -- the day the ballots stand at
  electorate VARCHAR NOT NULL,         -- all but the cells, as JSON
  taken      BOOLEAN NOT NULL          -- whether this run took it over
);
CREATE OR REPLACE TABLE part_cells AS SELECT 0::INTEGER AS number, * FROM cells LIMIT 0;
CREATE OR REPLACE TABLE part_units (
  number   INTEGER NOT NULL,
  county   VARCHAR NOT NULL,
  precinct VARCHAR NOT NULL,
  voters   BIGINT NOT NULL
);
CREATE OR REPLACE TABLE part_reconciliation AS SELECT 0::INTEGER AS number, * FROM reconciliation LIMIT 0;
CREATE OR REPLACE TABLE part_findings AS SELECT 0::INTEGER AS number, * FROM findings LIMIT 0;
