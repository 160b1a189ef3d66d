-- Figures of the results as hashes of what they are of: there are millions, in which totals and copies are looked for.
-- Grain: result (place: its row). Reads: results. Binds: $is_past.
-- block: contest in a county, on a date. key: contest, place, mode, candidate and party.
CREATE OR REPLACE TEMP TABLE figures AS
SELECT rowid AS place, hash(state, election_date, contest, county) AS block, hash(precinct) AS unit, precinct <> '' AS is_unit,
       hash(candidate) AS choice, hash(mode) AS way, hash(contest, county, precinct, mode, candidate, party) AS key, votes
FROM results
WHERE is_past = $is_past
