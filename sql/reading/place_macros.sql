-- Names of candidates and places as compared. Grain: none. Reads: nothing. Binds: none.

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

-- A precinct's name as words: a spreadsheet's decimals ('101.0') and the word before a number ('PRECINCT 12', 'P0012',
-- 'Pct.12') left out, SAINT as ST, no leading zeros.
CREATE OR REPLACE TEMP MACRO precinct_words(text) AS
  trim(regexp_replace(regexp_replace(regexp_replace(' ' || regexp_replace(
    name_key(regexp_replace(trim(coalesce(text, '')), '^([0-9]+)\.0+$', '\1')),
    '^(VOTING )?(PRECINCTS?|PCT|PRCT|PREC)( NO| NUMBER)? ?([0-9])', '\4'),
    ' 0+([0-9])', ' \1', 'g'), ' SAINT ', ' ST ', 'g'), '^ P ?0*([0-9])', ' \1'));
