-- What is known of each voter, as codes, in an order that does not depend on the file's.
-- Grain: voter. Reads: voters, ballots, vote_history, name_rows (kind, raw, table_row, is_missing),
-- evidence_codes (vendor, birthplace, language, code). Binds: $past (the past election that counts as evidence, or NULL).
-- Yields: position (in voters, from 0), surname_row (-1 missing, -2 on no list), first_row (the same; an initial counts as missing),
-- evidence, county, precinct, ballot (0 none, 1 sent or on its way, 2 accepted), past (0 none, 1 polls, 2 early or mail).
WITH took_part AS (
  SELECT voter_id,
         max(CASE WHEN "mode" IN ('election_day', 'provisional') THEN 1 ELSE 2 END) AS past
  FROM vote_history WHERE election_date = $past GROUP BY voter_id
), ballot AS (
  SELECT voter_id, max(CASE WHEN "status" = 'accepted' THEN 2 ELSE 1 END) AS ballot FROM ballots GROUP BY voter_id
)
SELECT v.rowid AS position,
       CASE WHEN v.confidential OR s.raw IS NULL OR s.is_missing THEN -1 ELSE coalesce(s.table_row, -2) END AS surname_row,
       CASE WHEN v.confidential OR f.raw IS NULL OR f.is_missing THEN -1
            ELSE coalesce(f.table_row, -2) END AS first_row,
       CASE WHEN v.confidential THEN 0 ELSE coalesce(e.code, 0) END AS evidence,
       v.county, v.precinct,
       coalesce(b.ballot, 0) AS ballot,
       coalesce(t.past, 0) AS past
FROM voters v
LEFT JOIN name_rows s ON s.kind = 'surname' AND s.raw = v.last_name
LEFT JOIN name_rows f ON f.kind = 'first' AND f.raw = v.first_name
LEFT JOIN evidence_codes e ON e.vendor = coalesce(v.vendor_ethnicity, '') AND e.birthplace = coalesce(v.place_of_birth, '')
                          AND e."language" = coalesce(v."language", '')
LEFT JOIN ballot b USING (voter_id)
LEFT JOIN took_part t USING (voter_id)
ORDER BY v.county, v.precinct, ballot, past, v.voter_id
