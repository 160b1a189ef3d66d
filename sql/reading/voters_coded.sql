-- Gives the codes of a voter file, as cast, their canonical names; those that say nothing are left as they are. Years and
-- dates before 1880 stand for "unknown" in many files and are left empty.
-- Grain: voter. Reads: codes_* (those the layout names). Changes: cast_rows. Binds: none.
UPDATE cast_rows SET sex = c.canonical FROM codes_sex c WHERE c.raw = sex AND c.canonical NOT IN ('ignore', c.raw);
UPDATE cast_rows SET party = c.canonical FROM codes_party c WHERE c.raw = party AND c.canonical NOT IN ('ignore', c.raw);
UPDATE cast_rows SET county = c.canonical FROM codes_county c WHERE c.raw = county AND c.canonical NOT IN ('ignore', c.raw);
UPDATE cast_rows SET status = c.canonical FROM codes_status c WHERE c.raw = status AND c.canonical <> c.raw;
UPDATE cast_rows SET vendor_ethnicity = nullif(c.canonical, 'ignore') FROM codes_vendor_ethnicity c
WHERE c.raw = vendor_ethnicity AND c.canonical <> c.raw;
UPDATE cast_rows SET birth_year = NULL WHERE birth_year < 1880;
UPDATE cast_rows SET registration_date = NULL WHERE year(registration_date) < 1880;
