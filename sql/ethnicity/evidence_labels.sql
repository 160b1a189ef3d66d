-- The distinct combinations of what the file says of origin besides the name, and how many voters bear each.
-- Grain: vendor label × place of birth × language. Reads: voters (not the confidential).
SELECT coalesce(vendor_ethnicity, '') AS vendor, coalesce(place_of_birth, '') AS birthplace,
       coalesce("language", '') AS "language", count(*) AS voters
FROM voters WHERE NOT confidential
GROUP BY ALL ORDER BY ALL
