-- What is known of each voter but how this election's ballot stands, as codes.
-- Grain: voter. Reads: voters, vote_history, ethnicity_places, name_codes (kind, raw, code: a row of the
-- kind's table of names, -2 on no list, -1 says nothing), label_rows (kind, raw, code). Binds: $past (the past election that
-- counts as evidence, or NULL).
-- Writes: voter_codes: position (row id in voters), voter_id, surname, first, middle (codes of names), labels (the sum
-- of the codes of all labels; 0 says nothing), place_id, past (0 none, 1 polls, 2 early or mail).
CREATE OR REPLACE TABLE voter_codes AS
WITH took_part AS (
  SELECT voter_id,
         max(CASE WHEN "mode" IN ('election_day', 'provisional') THEN 1 ELSE 2 END) AS past
  FROM vote_history WHERE election_date = $past GROUP BY voter_id
)
SELECT v.rowid::UINTEGER AS position, v.voter_id,
       CASE WHEN NOT v.confidential AND s.code IS NOT NULL THEN s.code ELSE -1 END AS surname,
       CASE WHEN NOT v.confidential AND f.code IS NOT NULL THEN f.code ELSE -1 END AS first,
       CASE WHEN NOT v.confidential AND m.code IS NOT NULL THEN m.code ELSE -1 END AS middle,
       CASE WHEN v.confidential THEN 0
            ELSE coalesce(e.code, 0) + coalesce(b.code, 0) + coalesce(l.code, 0) + coalesce(y.code, 0) END AS labels,
       p.place_id,
       coalesce(t.past, 0)::UTINYINT AS past
FROM voters v
JOIN ethnicity_places p
  ON p.county = v.county
 AND p.place = CASE WHEN v.precinct <> '' THEN v.precinct WHEN v.tract <> '' THEN 'tract ' || v.tract
                    WHEN v.zip <> '' THEN 'ZIP ' || v.zip ELSE '' END
LEFT JOIN name_codes s ON s.kind = 'surname' AND s.raw = v.last_name
LEFT JOIN name_codes f ON f.kind = 'first' AND f.raw = v.first_name
LEFT JOIN name_codes m ON m.kind = 'middle' AND m.raw = v.middle_name
LEFT JOIN label_rows e ON e.kind = 'vendor' AND e.raw = v.vendor_ethnicity
LEFT JOIN label_rows b ON b.kind = 'birthplace' AND b.raw = v.place_of_birth
LEFT JOIN label_rows l ON l.kind = 'language' AND l.raw = v."language"
LEFT JOIN label_rows y ON y.kind = 'party' AND y.raw = v.party
LEFT JOIN took_part t USING (voter_id)
