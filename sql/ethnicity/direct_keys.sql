-- The voters as posterior.sql reads them where nothing is learned: names as written and the place by one column, which
-- the variable ethnicity_rung names ('precinct', 'tract', 'ZIP' or 'county').
-- Grain: voter, in the file's order. Reads: voters. Writes: view voter_keys.
CREATE OR REPLACE TEMP VIEW voter_keys AS
SELECT voter_id, CASE WHEN NOT confidential THEN last_name END AS surname,
       CASE WHEN NOT confidential THEN first_name END AS first, NULL::VARCHAR AS middle, NULL::BIGINT AS labels,
       coalesce(CASE getvariable('ethnicity_rung') WHEN 'precinct' THEN precinct WHEN 'tract' THEN tract
                                                   WHEN 'ZIP' THEN zip ELSE county END, '') AS cell
FROM voters
