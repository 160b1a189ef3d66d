-- The first voter file, as cast, becomes the voter file itself: ten million voters are not written twice.
-- Grain: voter. Reads: cast_rows (sound rows). Changes: voters. Binds: none.
DROP VIEW typed;
DROP TABLE voters;
ALTER TABLE cast_rows DROP COLUMN fault;
ALTER TABLE cast_rows DROP COLUMN birth_year_lost;
ALTER TABLE cast_rows DROP COLUMN registration_date_lost;
ALTER TABLE cast_rows DROP COLUMN permanent_mail_lost;
ALTER TABLE cast_rows RENAME TO voters;
