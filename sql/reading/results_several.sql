-- Figures of the returns that are not the only one of their candidate, place and mode, in the order in which they were read.
-- Grain: result (place: its row). Reads: results (is_past = false). Binds: none.
-- One candidate on two parties' lines has two figures, and several write-ins go by one name: these add up.
WITH several AS (
  SELECT contest, county, precinct, mode, candidate, party
  FROM results
  WHERE NOT is_past AND votes IS NOT NULL
  GROUP BY ALL
  HAVING count(*) > 1
)
SELECT r.rowid AS place, r.contest, r.county, r.precinct, r.mode, r.candidate, r.party, r.votes, r.release, r.as_of,
       hash(line_block(r.state, r.election_date, r.office, r.district, r.contest, r.county), upper(r.precinct),
            upper(r.candidate), r.mode)                 AS long_key,
       hash(line_block(r.state, r.election_date, r.office, r.district, r.contest, r.county), upper(r.precinct),
            upper(r.candidate), CAST(NULL AS VARCHAR))  AS wide_key
FROM results r
SEMI JOIN several s ON s.contest = r.contest AND s.county = r.county AND s.precinct = r.precinct AND s.mode = r.mode
  AND s.candidate = r.candidate AND s.party = r.party
WHERE NOT r.is_past AND r.votes IS NOT NULL
  AND NOT regexp_matches(replace(name_key(r.candidate), ' ', ''), '^WRITEIN|WRITEINS?$|^SCATTER')
ORDER BY r.contest, r.county, r.precinct, r.mode, r.candidate, r.party, r.release, r.as_of NULLS FIRST, place
