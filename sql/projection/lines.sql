-- Votes of one election, by contest, unit, candidate and tranche.
-- Grain: contest × county × precinct × candidate, in any order. Reads: results.
-- Binds: $is_past (false: the election being projected), $state and $date (which of the past ones; NULL: all there are).
-- Several input lines of one candidate in one unit add up. Polls and late votes are NULL where any figure of theirs is
-- missing: half a count is none. Early votes are what is in, so they are NULL only where no figure is there; mail is
-- the part of them that came by mail, where the file tells it from what was cast in person.
WITH line AS (
  SELECT
    contest, county, precinct, candidate,
    any_value(state)         AS state,
    max(election_date)       AS election_date,
    coalesce(max(party), '') AS party,
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
), unit AS (
  -- names are normalised once each, not once a line
  SELECT county, precinct, county_key(county) AS county_key, place_key(precinct) AS precinct_key
  FROM (SELECT DISTINCT county, precinct FROM line)
), parties AS (
  SELECT party, party_code(party) AS party_code FROM (SELECT DISTINCT party FROM line)
)
FROM line JOIN unit USING (county, precinct) JOIN parties USING (party)
