-- What is known of each voter but how this election's ballot stands, as codes.
-- Grain: voter. Reads: voters, vote_history, ethnicity_places, name_rows (kind, raw, table_row, is_missing),
-- label_rows (kind, raw, code; 0 says nothing). Binds: $past (the past election that counts as evidence, or NULL).
-- Writes: voter_codes: position (row id in voters), voter_id, surname, first, middle (rows of the name tables; -2 on
-- no list, NULL missing or an initial), vendor, birthplace, language, party (codes), place_id,
-- past (0 none, 1 polls, 2 early or mail).
CREATE OR REPLACE TABLE voter_codes AS
WITH took_part AS (
  SELECT voter_id,
         max(CASE WHEN "mode" IN ('election_day', 'provisional') THEN 1 ELSE 2 END) AS past
  FROM vote_history WHERE election_date = $past GROUP BY voter_id
)
SELECT v.rowid AS position, v.voter_id,
       CASE WHEN NOT s.is_missing THEN coalesce(s.table_row, -2) END AS surname,
       CASE WHEN NOT f.is_missing THEN coalesce(f.table_row, -2) END AS first,
       CASE WHEN NOT m.is_missing THEN m.table_row END AS middle,
       coalesce(e.code, 0) AS vendor, coalesce(b.code, 0) AS birthplace, coalesce(l.code, 0) AS "language",
       coalesce(y.code, 0) AS party,
       p.place_id,
       coalesce(t.past, 0)::INTEGER AS past
FROM voters v
JOIN ethnicity_places p
  ON p.county = v.county
 AND p.place = coalesce(nullif(v.precinct, ''), 'tract ' || nullif(v.tract, ''), 'ZIP ' || nullif(v.zip, ''), '')
LEFT JOIN name_rows s ON s.kind = 'surname' AND s.raw = v.last_name AND NOT v.confidential
LEFT JOIN name_rows f ON f.kind = 'first' AND f.raw = v.first_name AND NOT v.confidential
LEFT JOIN name_rows m ON m.kind = 'middle' AND m.raw = v.middle_name AND NOT v.confidential
LEFT JOIN label_rows e ON e.kind = 'vendor' AND e.raw = v.vendor_ethnicity AND NOT v.confidential
LEFT JOIN label_rows b ON b.kind = 'birthplace' AND b.raw = v.place_of_birth AND NOT v.confidential
LEFT JOIN label_rows l ON l.kind = 'language' AND l.raw = v."language" AND NOT v.confidential
LEFT JOIN label_rows y ON y.kind = 'party' AND y.raw = v.party AND NOT v.confidential
LEFT JOIN took_part t USING (voter_id)
