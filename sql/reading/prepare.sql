-- What reading needs beside the canonical tables: macros, and the faults of the file being read.
-- Grain of faults: line of the file being read that is refused. Reads: nothing. Binds: none.

-- Yes or no in the spellings files use; NULL for anything else.
CREATE OR REPLACE TEMP MACRO reading_flag(text) AS
  CASE WHEN lower(text) IN ('y', 'yes', 't', 'true', '1', 'x') THEN true
       WHEN lower(text) IN ('n', 'no', 'f', 'false', '0') THEN false END;

-- A name as compared: upper case, no accents, one space for each run of anything but letters and digits of any script.
CREATE OR REPLACE TEMP MACRO name_key(text) AS
  trim(regexp_replace(upper(strip_accents(coalesce(text, ''))), '[^\p{L}\p{N}]+', ' ', 'g'));

-- A precinct as compared: like a name, without leading zeros of its numbers ('0012-A' is '12A'), and without
-- the spaces around letters; a space between two numbers stays ('1-06' is '1 6', not '16').
CREATE OR REPLACE TEMP MACRO place_key(text) AS
  regexp_replace(regexp_replace(regexp_replace(
    name_key(text), '(^|[^0-9])0+([0-9])', '\1\2', 'g'), '([A-Z]) +', '\1', 'g'), ' +([A-Z])', '\1', 'g');

-- A county as compared: 'De Kalb County' is 'DEKALB'.
CREATE OR REPLACE TEMP MACRO county_key(text) AS
  replace(regexp_replace(name_key(text), ' (COUNTY|PARISH)$', ''), ' ', '');

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
-- Lines that hold no record: blank, refused before casting, or the rest of a value that spans lines.
CREATE OR REPLACE TEMP TABLE set_aside (line BIGINT);
