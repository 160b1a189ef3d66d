-- A further voter file, as cast, after the voters of those before it, in its own order: without a join.
-- Grain: voter. Reads: cast_rows (sound rows). Changes: voters. Binds: none.
INSERT INTO voters BY NAME
SELECT * EXCLUDE (fault, birth_year_lost, registration_date_lost, permanent_mail_lost) FROM cast_rows;
