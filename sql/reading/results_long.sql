-- Results of a long file, a row a line.
-- Grain: contest × unit × mode × choice. Reads: kept, units, ignored. Binds: $is_past.
INSERT INTO results
SELECT k.state, k.election_date, k.contest, k.office, k.district, k.county, k.precinct,
       coalesce(k.is_real_unit, NOT u.is_pseudo), k.mode, k.candidate, k.party, k.votes, k.release, k.as_of, $is_past
FROM kept k JOIN units u USING (county, precinct)
WHERE k.line NOT IN (SELECT line FROM ignored);
