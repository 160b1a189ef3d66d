-- The first voter file, as cast, becomes the voter file itself: ten million voters are not written twice.
-- Years and dates before 1880 stand for "unknown" in many files and are left empty (as in voters.sql).
-- Grain: voter. Reads: cast_rows (sound rows). Changes: voters. Binds: none.
UPDATE cast_rows SET birth_year = NULL WHERE birth_year < 1880;
UPDATE cast_rows SET registration_date = NULL WHERE year(registration_date) < 1880;
DROP VIEW typed;
DROP TABLE voters;
ALTER TABLE cast_rows DROP COLUMN fault;
ALTER TABLE cast_rows DROP COLUMN birth_year_lost;
ALTER TABLE cast_rows DROP COLUMN registration_date_lost;
ALTER TABLE cast_rows DROP COLUMN permanent_mail_lost;
ALTER TABLE cast_rows RENAME TO voters;
