-- Words the projection's queries share. Grain: none. Reads: nothing.
-- party_code: 'D' or 'R' where a party is one of the two big ones, however the file spells it, else 'O'.
CREATE OR REPLACE TEMP MACRO party_code(party) AS
  CASE
    WHEN regexp_matches(upper(trim(party)), '^\(?(D|DEM|DEMOCRAT|DEMOCRATIC)( PARTY)?\)?$') THEN 'D'
    WHEN regexp_matches(upper(trim(party)), '^\(?(R|REP|GOP|REPUBLICAN)( PARTY)?\)?$') THEN 'R'
    ELSE 'O'
  END
