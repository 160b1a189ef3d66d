-- The voter file. Years and dates before 1880 stand for "unknown" in many files and are left empty.
-- Grain: voter. Reads: typed, codes_* (those the layout names), faults, ignored (of the file being read). Binds: none.
INSERT INTO voters
SELECT t.voter_id, t.last_name, t.first_name, t.middle_name, t.name_suffix,
       CASE WHEN t.birth_year >= 1880 THEN t.birth_year END,
       coalesce(nullif(x.canonical, 'ignore'), t.sex), coalesce(nullif(p.canonical, 'ignore'), t.party),
       CASE WHEN year(t.registration_date) >= 1880 THEN t.registration_date END,
       coalesce(nullif(c.canonical, 'ignore'), t.county, ''), coalesce(t.precinct, ''),
       t.tract, t.zip, t.place_of_birth, t.language, t.permanent_mail,
       coalesce(s.canonical, t.status), coalesce(t.confidential, false),
       CASE WHEN e.canonical IS DISTINCT FROM 'ignore' THEN coalesce(e.canonical, t.vendor_ethnicity) END
FROM typed t
LEFT JOIN codes_sex x ON x.raw = t.sex
LEFT JOIN codes_party p ON p.raw = t.party
LEFT JOIN codes_county c ON c.raw = t.county
LEFT JOIN codes_status s ON s.raw = t.status
LEFT JOIN codes_vendor_ethnicity e ON e.raw = t.vendor_ethnicity
WHERE t.line NOT IN (SELECT line FROM faults) AND t.line NOT IN (SELECT line FROM ignored);
