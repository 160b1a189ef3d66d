-- Names in letters of scripts that look like Latin ones: two names that are read as one, and counted as two.
-- Grain: name. Reads: respelt, choices (of the file being read). Binds: none.
SELECT name FROM (
  SELECT to_county AS name FROM respelt UNION SELECT to_precinct FROM respelt UNION SELECT raw FROM choices
)
WHERE regexp_matches(name, '[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\x{FF21}-\x{FF5A}]')
ORDER BY name
