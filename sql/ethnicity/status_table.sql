-- Keeps how the voters of each ballot status are made up, by both estimators.
-- Grain: ballot status × group. Reads: by_status. Writes: ethnicity_by_status.
CREATE OR REPLACE TABLE ethnicity_by_status AS SELECT * FROM by_status
