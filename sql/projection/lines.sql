-- Votes of one election, by contest, unit, candidate and tranche.
-- Grain: contest × county × precinct × candidate. Reads: results.
-- Binds: $is_past (false: the election being projected), $state and $date (which of the past ones; NULL: all there are).
-- Several input lines of one candidate in one unit add up. Polls and late votes are NULL where any figure of theirs is
-- missing: half a count is none. Early votes are what is in, so they are NULL only where no figure is there; mail is
-- the part of them that came by mail, where the file tells it from what was cast in person.
SELECT
  contest,
  any_value(state)         AS state,
  max(election_date)       AS election_date,
  any_value(office)        AS office,
  any_value(district)      AS district,
  county,
  county_key(county)       AS county_key,
  precinct,
  place_key(precinct)      AS precinct_key,
  candidate,
  coalesce(max(party), '') AS party,
  party_code(coalesce(max(party), '')) AS party_code,
  bool_and(is_real_unit)   AS is_real_unit,
  sum(votes) FILTER (mode IN ('mail', 'early_in_person'))   ::DOUBLE AS early,
  sum(votes) FILTER (mode = 'mail')                         ::DOUBLE AS mail,
  CASE WHEN NOT bool_or(mode = 'election_day' AND votes IS NULL)
       THEN sum(votes) FILTER (mode = 'election_day') END               ::DOUBLE AS poll,
  CASE WHEN NOT bool_or(mode IN ('provisional', 'late_mail') AND votes IS NULL)
       THEN sum(votes) FILTER (mode IN ('provisional', 'late_mail')) END ::DOUBLE AS late,
  bool_or(mode IN ('provisional', 'late_mail'))             AS has_late,
  bool_or(mode = 'late_mail')                               AS has_late_mail
FROM results
WHERE is_past = $is_past AND ($state IS NULL OR state = $state) AND ($date IS NULL OR election_date = $date)
GROUP BY contest, county, precinct, candidate
ORDER BY contest, county, precinct, candidate
