-- Expected voters by group: the sums of the estimates.
-- Grain: group. Reads: ethnicity.
SELECT group_name AS "group", sum(probability::DOUBLE) AS voters
FROM (UNPIVOT ethnicity ON white, black, latino, chinese, filipino, indian, japanese, korean, vietnamese, other_asian,
                           native, other INTO NAME group_name VALUE probability)
GROUP BY group_name
