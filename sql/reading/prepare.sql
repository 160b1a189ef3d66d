-- What reading needs beside the canonical tables and reading/place_macros: macros, the faults of the file being read, and
-- the user's crosswalk between elections, and what earlier files gave.
-- Grain of faults: line of the file being read that is refused. Of unit_crosswalk: past unit × today's unit. Of
-- lines_given: line of a results file. Of place_spellings: county × precinct.
-- Reads: nothing. Binds: none.

-- Yes or no in the spellings files use; NULL for anything else.
CREATE OR REPLACE TEMP MACRO reading_flag(text) AS
  CASE WHEN text = 'Y' THEN true
       WHEN text = 'N' THEN false
       WHEN lower(text) IN ('y', 'yes', 't', 'true', '1', 'x') THEN true
       WHEN lower(text) IN ('n', 'no', 'f', 'false', '0') THEN false END;

-- A place as compared within one count: case, spaces, signs without width, and ways to write an accent aside.
CREATE OR REPLACE TEMP MACRO bare_key(text) AS
  upper(nfc_normalize(regexp_replace(text, '[\s\x{00a0}\p{Cf}]+', '', 'g')));

-- Pseudo-precincts: where ballots were counted, not where voters live.
CREATE OR REPLACE TEMP MACRO is_pseudo_precinct(precinct) AS
  regexp_matches(name_key(precinct), '^(ZZ )?(ABSEN|ABS( |$)|EARLY$|EARLY VOT|EV |AV |ONE ?STOP|OS |OS[A-Z]{2,3} [0-9]+ [0-9]+$|'
    || 'PROV$|PROVISIONAL|VOTE CENT(ER|RE)|ELECTION DAY$|MAIL$|MAIL IN|MAIL BALLOT|BY MAIL|TRANSFER|CURBSIDE|COUNTYWIDE|COUNTY FLOATING|UOCAVA|OVERSEAS)'
    || '|( |^)(ABSENTEE|EARLY VOTING|ONE ?STOP|PROVISIONALS?|VOTE CENT(ER|RE))( |$)| OS$');

-- Rows that add up others.
CREATE OR REPLACE TEMP MACRO is_total_unit(unit) AS
  regexp_full_match(name_key(unit), '(COUNTY |GRAND |ELECTION |DISTRICT |STATE ?WIDE |PRECINCT |PCT )*TOTALS?( VOTES)?|.* COUNTY TOTALS?|TOTALS? FOR .*|ALL PRECINCTS');

-- Lines under a contest that are no candidate, and contests that are none. Write-ins and 'none of these' are votes.
CREATE OR REPLACE TEMP MACRO is_no_candidate(choice) AS
  regexp_full_match(replace(name_key(choice), ' ', ''),
    '((TOTAL|NUMBEROF)?(OVER|UNDER)(VOTES?|VOTED)?(AND|OR)?){1,2}|TIMES(COUNTED|OVERVOTED|UNDERVOTED|BLANKVOTED)'
    || '|(BLANKS?|RESIDUAL|SPOILED|VOID(ED)?|BLANKS?(AND|OR)?VOIDS?|INVALID|EXHAUSTED|REJECTED)(VOTES?|VOTED|BALLOTS?)?'
    || '|REJECTEDWRITEINS?|NOCANDIDATE(FILED|FORRACE)?|NOTVOTED|DIDNOTVOTE'
    || '|(TOTAL)?BALLOTS?(CAST.*|COUNTED)?|(TOTAL)?CARDSCAST|(TOTAL)?REGISTERED(VOTERS.*)?|(VOTER)?REGISTRATION'
    || '|((GRAND|CONTEST|RACE|PRECINCT|COUNTY|CANDIDATE)?TOTALS?)(VOTES?)?(CAST|COUNTED)?|CASTVOTES|VOTESCAST'
    || '|(VOTER)?TURNOUT(PERCENT(AGE)?)?|PERCENT(TURNOUT|VOTED)?|(NUMBEROF)?PRECINCTS(REPORTING|REPORTED|COUNTED)?');

-- Contest and county of a line of results, whichever way its file names the contest; county_key as of place_macros.
CREATE OR REPLACE TEMP MACRO line_block(state, election_date, office, district, contest, county_key) AS
  hash(state, election_date, coalesce(nullif(concat_ws(' ', nullif(office, ''), nullif(district, '')), ''), contest),
       county_key);

CREATE OR REPLACE TEMP TABLE faults (line BIGINT, column_name VARCHAR DEFAULT '', reason VARCHAR);
CREATE OR REPLACE TEMP TABLE ignored (line BIGINT, rule VARCHAR);
CREATE OR REPLACE TEMP TABLE unit_crosswalk (
  line BIGINT, county_key VARCHAR, precinct_key VARCHAR, from_date DATE, to_date DATE, to_key VARCHAR, weight DOUBLE
);

-- What files of results have given already: hashes of each line's contest and county, of its unit and candidate, and of
-- its figures.
CREATE OR REPLACE TEMP TABLE lines_given (
  is_past BOOLEAN, block UBIGINT, key UBIGINT, figures UBIGINT, file INTEGER, source VARCHAR, line BIGINT
);
-- Lines of the returns given again as they were, by county.
CREATE OR REPLACE TEMP TABLE line_repeats (county VARCHAR, lines BIGINT);
-- How counties and precincts of the returns, and counties of the past, were first spelled.
CREATE OR REPLACE TEMP TABLE place_spellings (
  is_past BOOLEAN, county_key VARCHAR, precinct_key VARCHAR, county VARCHAR, precinct VARCHAR
);
-- Lines that hold no record: blank, refused before casting, or the rest of a value that spans lines.
CREATE OR REPLACE TEMP TABLE set_aside (line BIGINT);
