-- How a name is spelled for matching. The one definition: Python calls these macros too (turnout/ethnicity/names.py).
-- Yields macros: name_tokens(raw) text, name_joined(raw) text, name_spelling(raw) text or NULL, name_part(text, index).
--
-- Steps, in order: upper case; letters to ASCII; hyphens, slashes, commas and other dashes to spaces; everything else that
-- is no letter, digit or space dropped (O'Neil -> ONEIL, St. -> ST); generational and professional suffixes dropped where
-- something precedes them; digits dropped. `name_tokens` stops here. `name_joined` glues prefixes to what follows
-- (DE LA CRUZ -> DELACRUZ, MC DONALD -> MCDONALD, VAN DER BERG -> VANDERBERG). LE, LA and DO stay apart: they are
-- surnames. `name_spelling` drops the spaces left. A key is its own key.

CREATE OR REPLACE TEMP MACRO name_ascii(raw) AS
  strip_accents(translate(
    replace(replace(replace(replace(replace(upper(raw), 'ß', 'SS'), 'ẞ', 'SS'), 'Æ', 'AE'), 'Œ', 'OE'), 'Þ', 'TH'),
    'ĐÐØŁĦŦĿIİĸŊ', 'DDOLHTLIIKN'));

CREATE OR REPLACE TEMP MACRO name_tokens(raw) AS
  CASE WHEN regexp_full_match(raw, '[A-Z]*') THEN raw ELSE   -- most names of most files: nothing to do
  trim(regexp_replace(regexp_replace(
    regexp_replace(
      trim(regexp_replace(
        regexp_replace(upper(name_ascii(raw)), '[-‐‑‒–—―−/,_&;\s]+', ' ', 'g'),
        '[^A-Z0-9 ]', '', 'g')),
      '( +(JR|SR|II|III|IV|2ND|3RD|4TH|ESQ|MD|PHD|DDS))+$', ''),
    '[0-9]', '', 'g'), ' +', ' ', 'g')) END;

CREATE OR REPLACE TEMP MACRO name_joined(raw) AS
  CASE WHEN regexp_full_match(raw, '[A-Z]*') THEN raw ELSE
  regexp_replace(
    regexp_replace(name_tokens(raw), '\b(DE|VAN) (LA|LAS|LOS|DER|DEN|DE) ([A-Z])', '\1\2\3', 'g'),
    '\b(DELAS|DELA|DELOS|DEL|DE|DELLA|DI|DA|DOS|DU|VANDER|VANDEN|VAN|VON|MC|MAC|O|D|SAN|SANTA|ST|EL|AL|ABU) ([A-Z])',
    '\1\2', 'g') END;

CREATE OR REPLACE TEMP MACRO name_spelling(raw) AS nullif(replace(name_joined(raw), ' ', ''), '');

-- A part of a name of several, counted from 1, or from -1 backwards; NULL where there is one part or the part is a letter.
CREATE OR REPLACE TEMP MACRO name_part(spaced, index) AS
  CASE WHEN contains(spaced, ' ') AND length(string_split(spaced, ' ')[index]) >= 2
       THEN string_split(spaced, ' ')[index] END;
