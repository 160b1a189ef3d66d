-- Lines of a results file as hashes: of contest and county, of unit and candidate in them, and of the figures.
-- Grain: line. Reads: kept, ignored. Binds: none.
CREATE OR REPLACE TEMP TABLE lines_now AS
SELECT line, block, hash(block, upper(precinct), upper(candidate), mode) AS key, figures, has_votes
FROM (
  SELECT line, precinct, candidate, mode,
    line_block(state, election_date, office, district, contest, county_key) AS block,
    hash(CASE WHEN mode IS NOT NULL THEN votes END, mail, early_in_person, election_day, provisional, late_mail) AS figures,
    greatest(CASE WHEN mode IS NOT NULL THEN votes END, mail, early_in_person, election_day, provisional, late_mail) > 0
      AS has_votes
  FROM kept JOIN (
    SELECT county, county_key(county) AS county_key FROM (SELECT DISTINCT county FROM kept)  -- once each, not once a line
  ) USING (county)
  WHERE line NOT IN (SELECT line FROM ignored WHERE rule <> 'lines that repeat another')
);
