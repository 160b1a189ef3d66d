-- Results of a wide file: a row a mode that the file has a column for. A past cell that is empty says nothing.
-- Grain: contest × unit × mode × choice. Reads: kept, units, ignored. Binds: $modes (those with a column), $is_past.
INSERT INTO results
SELECT state, election_date, contest, office, district, county, precinct, is_real_unit, mode, candidate, party,
       votes, release, as_of, $is_past
FROM (
  SELECT k.state, k.election_date, k.contest, k.office, k.district, k.county, k.precinct,
         coalesce(k.is_real_unit, NOT u.is_pseudo) AS is_real_unit, k.candidate, k.party, k.release, k.as_of,
         k.mail, k.early_in_person, k.election_day, k.provisional, k.late_mail
  FROM kept k JOIN units u USING (county, precinct)
  WHERE k.line NOT IN (SELECT line FROM ignored)
) UNPIVOT INCLUDE NULLS (votes FOR mode IN (mail, early_in_person, election_day, provisional, late_mail))
WHERE list_contains($modes, mode) AND (votes IS NOT NULL OR NOT $is_past);
