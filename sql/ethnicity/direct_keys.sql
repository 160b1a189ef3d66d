-- The voters as direct_joint.sql reads them where nothing is learned: names as written and the place by one column, which
-- the variable ethnicity_rung names ('precinct', 'tract', 'ZIP' or 'county').
-- Grain: voter. Reads: voters. Writes: view voter_keys.
CREATE OR REPLACE TEMP VIEW voter_keys AS
SELECT rowid AS position, voter_id, CASE WHEN NOT confidential AND last_name IS NOT NULL THEN last_name ELSE '' END AS surname,
       CASE WHEN NOT confidential AND first_name IS NOT NULL THEN first_name ELSE '' END AS first,
       coalesce(CASE getvariable('ethnicity_rung') WHEN 'precinct' THEN precinct WHEN 'tract' THEN tract
                                                   WHEN 'ZIP' THEN zip ELSE county END, '') AS cell
FROM voters
