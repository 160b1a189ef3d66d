-- The voter file. Years and dates before 1880 stand for "unknown" in many files and are left empty.
-- Grain: voter. Reads: typed, faults (of the file being read). Binds: none.
INSERT INTO voters BY NAME
SELECT * EXCLUDE (line, fault)
       REPLACE (CASE WHEN birth_year >= 1880 THEN birth_year END AS birth_year,
                CASE WHEN year(registration_date) >= 1880 THEN registration_date END AS registration_date)
FROM typed
WHERE line NOT IN (SELECT line FROM faults);
