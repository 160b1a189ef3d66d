-- Voters by ballot status and group: the plain sum of probabilities from names and places, and the estimate that knows
-- that voting early depends on the group (EM), with its 90 % interval.
-- Grain: ballot status ('none', 'sent', 'accepted') × group. Reads: ethnicity_by_status.
SELECT ballot, group_name, plain, estimated, lo90, hi90 FROM ethnicity_by_status ORDER BY ALL
