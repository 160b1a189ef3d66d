-- The distinct labels of what the file says besides names, and how many voters bear each; not the confidential's.
-- Grain: column ('vendor', 'birthplace', 'language', 'party') × label. Reads: voters.
SELECT 'vendor' AS kind, vendor_ethnicity AS raw, count(*) AS voters
FROM voters WHERE NOT confidential AND vendor_ethnicity IS NOT NULL GROUP BY raw
UNION ALL
SELECT 'birthplace', place_of_birth AS raw, count(*)
FROM voters WHERE NOT confidential AND place_of_birth IS NOT NULL GROUP BY raw
UNION ALL
SELECT 'language', "language" AS raw, count(*)
FROM voters WHERE NOT confidential AND "language" IS NOT NULL GROUP BY raw
UNION ALL
SELECT 'party', party AS raw, count(*) FROM voters WHERE NOT confidential AND party IS NOT NULL GROUP BY raw
ORDER BY kind, raw
