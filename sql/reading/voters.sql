-- The voter file. Years and dates before 1880 stand for "unknown" in many files and are left empty.
-- Grain: voter. Reads: typed, faults (of the file being read). Binds: none.
INSERT INTO voters
SELECT voter_id, last_name, first_name, middle_name, name_suffix,
       CASE WHEN birth_year >= 1880 THEN birth_year END,
       sex, party,
       CASE WHEN year(registration_date) >= 1880 THEN registration_date END,
       coalesce(county, ''), coalesce(precinct, ''),
       tract, zip, place_of_birth, language, permanent_mail, status, coalesce(confidential, false), vendor_ethnicity
FROM typed
WHERE line NOT IN (SELECT line FROM faults);
