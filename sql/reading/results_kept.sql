-- Sound lines of a results file, in the words of the canonical table, votes still as the file has them.
-- Grain: line. Reads: typed, choices, codes_mode, faults, ignored (of the file being read).
-- Binds: $date, $state, $contest (the one asked for, '' for all), $unnamed (what to call a contest without name),
-- $is_past, $counts (the mode of a file that does not say it).
CREATE OR REPLACE TEMP TABLE kept AS
SELECT t.line,
       coalesce(upper(t.state), $state, '') AS state,
       coalesce(t.election_date, CASE WHEN NOT $is_past THEN $date END) AS election_date,
       coalesce(CASE WHEN NOT $is_past THEN nullif($contest, '') END,
                t.contest, nullif(concat_ws(' ', t.office, t.district), ''), $unnamed) AS contest,
       coalesce(t.office, '') AS office, coalesce(t.district, '') AS district,
       coalesce(t.county, '') AS county, coalesce(t.precinct, '') AS precinct, t.is_real_unit,
       c.name AS candidate, coalesce(t.party, c.party, '') AS party,
       coalesce(t.release, 1) AS release, t.as_of,
       coalesce(m.canonical, $counts) AS mode, t.votes, t.mail, t.early_in_person, t.election_day, t.provisional, t.late_mail
FROM typed t
JOIN choices c ON c.raw = t.candidate
LEFT JOIN codes_mode m ON m.raw = t.mode
WHERE t.line NOT IN (SELECT line FROM faults) AND t.line NOT IN (SELECT line FROM ignored);
