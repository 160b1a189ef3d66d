-- Figures of the returns that are not the only one of their candidate, place and mode, in the order in which they were read.
-- Grain: result (place: its row). Reads: results, figures (is_past = false). Binds: none.
-- One candidate on two parties' lines has two figures, and several write-ins go by one name: these add up. Those that are
-- the only one are told by hashes.
WITH several AS (
  SELECT key FROM figures GROUP BY key HAVING count(*) > 1 AND count(votes) > 0
), places AS (
  SELECT place FROM figures SEMI JOIN several USING (key)
)
SELECT p.place, r.contest, r.county, r.precinct, r.mode, r.candidate, r.party, r.votes, r.release, r.as_of,
       regexp_matches(replace(name_key(r.candidate), ' ', ''), '^WRITEIN|WRITEINS?$|^SCATTER') AS is_write_in,
       hash(line_block(r.state, r.election_date, r.office, r.district, r.contest, county_key(r.county)), upper(r.precinct),
            upper(r.candidate), r.mode)                 AS long_key,
       hash(line_block(r.state, r.election_date, r.office, r.district, r.contest, county_key(r.county)), upper(r.precinct),
            upper(r.candidate), CAST(NULL AS VARCHAR))  AS wide_key
FROM results r JOIN places p ON r.rowid = p.place
ORDER BY r.contest, r.county, r.precinct, r.mode, r.candidate, r.party, r.release, r.as_of NULLS FIRST, p.place
