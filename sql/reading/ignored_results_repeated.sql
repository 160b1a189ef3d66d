-- Lines of a results file that repeat or add up others, with the rule.
-- Grain: line. Reads: kept, units. Binds: none.
-- Lines of one unit, contest and candidate that are not identical all stay: their votes add up.
INSERT INTO ignored
WITH hashed AS (
  SELECT line, hash(state, election_date, contest, office, district, county, precinct, candidate, party, release, as_of,
                    mode, votes, mail, early_in_person, election_day, provisional, late_mail) AS key
  FROM kept
), repeated AS (
  SELECT key FROM hashed GROUP BY key HAVING count(*) > 1
), copies AS (
  SELECT k.line, row_number() OVER (
           PARTITION BY k.state, k.election_date, k.contest, k.office, k.district, k.county, k.precinct, k.candidate,
                        k.party, k.release, k.as_of, k.mode, k.votes, k.mail, k.early_in_person, k.election_day,
                        k.provisional, k.late_mail
           ORDER BY k.line) AS place
  FROM kept k JOIN hashed h USING (line) SEMI JOIN repeated r USING (key)
), totals AS (
  SELECT k.line FROM kept k JOIN units u USING (county, precinct) WHERE u.is_total
)
SELECT line, 'totals of other lines' FROM totals
UNION ALL
SELECT line, 'lines that repeat another' FROM copies WHERE place > 1 AND line NOT IN (SELECT line FROM totals);
