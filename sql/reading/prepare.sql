-- What reading needs beside the canonical tables and reading/place_macros: macros, the faults of the file being read, and
-- the user's crosswalk between elections.
-- Grain of faults: line of the file being read that is refused. Of unit_crosswalk: past unit × today's unit.
-- Reads: nothing. Binds: none.

-- Yes or no in the spellings files use; NULL for anything else.
CREATE OR REPLACE TEMP MACRO reading_flag(text) AS
  CASE WHEN lower(text) IN ('y', 'yes', 't', 'true', '1', 'x') THEN true
       WHEN lower(text) IN ('n', 'no', 'f', 'false', '0') THEN false END;

-- Pseudo-precincts: where ballots were counted, not where voters live.
CREATE OR REPLACE TEMP MACRO is_pseudo_precinct(precinct) AS
  regexp_matches(name_key(precinct), '^(ZZ )?(ABSEN|EARLY$|EARLY VOT|EV |AV |ONE ?STOP|OS |OS[A-Z]{2} [0-9]+ [0-9]+$|'
    || 'PROV$|PROVISIONAL|VOTE CENTER|MAIL$|MAIL IN|MAIL BALLOT|BY MAIL|TRANSFER|CURBSIDE|COUNTYWIDE|COUNTY FLOATING|UOCAVA|OVERSEAS)'
    || '|( |^)(ABSENTEE|EARLY VOTING|ONE ?STOP|PROVISIONALS?|VOTE CENTER)( |$)');

-- Rows that add up others.
CREATE OR REPLACE TEMP MACRO is_total_unit(unit) AS
  regexp_full_match(name_key(unit), '(COUNTY |GRAND |ELECTION |DISTRICT |STATE ?WIDE |PRECINCT |PCT )*TOTALS?( VOTES)?|.* COUNTY TOTALS?|TOTALS? FOR .*|ALL PRECINCTS');

-- Lines under a contest that are no candidate.
CREATE OR REPLACE TEMP MACRO is_no_candidate(choice) AS
  regexp_full_match(replace(name_key(choice), ' ', ''),
    '(NUMBEROF)?(OVER|UNDER)(VOTES?|VOTED)?|BLANKS?(VOTES?|BALLOTS?)?|TIMES(COUNTED|OVERVOTED|UNDERVOTED|BLANKVOTED)|'
    || '(TOTAL)?BALLOTS?(CAST.*|COUNTED)?|REGISTEREDVOTERS.*|TOTALS?|TOTALVOTES(CAST)?|CASTVOTES|VOTESCAST');

CREATE OR REPLACE TEMP TABLE faults (line BIGINT, column_name VARCHAR DEFAULT '', reason VARCHAR);
CREATE OR REPLACE TEMP TABLE ignored (line BIGINT, rule VARCHAR);
CREATE OR REPLACE TEMP TABLE unit_crosswalk (
  line BIGINT, county_key VARCHAR, precinct_key VARCHAR, from_date DATE, to_date DATE, to_key VARCHAR, weight DOUBLE
);
