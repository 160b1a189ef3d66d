-- Past ballots by unit: how many voted early and at the polls, and how the parties divided them.
-- Grain: election date × county × precinct (names normalised for matching). Reads: results (is_past = true), unit_crosswalk.
-- Binds: $state. listed: what the user's crosswalk says the unit became, NULL where it says nothing.
-- Ballots cast are not in results, so the busiest contest of the unit stands for them.
WITH parties AS (
  -- names are normalised once each, not once a line
  SELECT party, party_code(party) AS code FROM (SELECT DISTINCT party FROM results WHERE is_past)
), units AS (
  SELECT county, precinct, county_key(county) AS county_key, place_key(precinct) AS precinct_key
  FROM (SELECT DISTINCT county, precinct FROM results WHERE is_past)
), by_contest AS (
  SELECT election_date, county, precinct, contest,
    sum(votes) FILTER (mode IN ('mail', 'early_in_person'))                AS early,
    sum(votes) FILTER (mode = 'election_day')                              AS poll,
    sum(votes) FILTER (mode IN ('provisional', 'late_mail'))               AS late,
    sum(votes) FILTER (mode IN ('mail', 'early_in_person') AND code = 'D') AS early_dem,
    sum(votes) FILTER (mode IN ('mail', 'early_in_person') AND code = 'R') AS early_rep,
    sum(votes) FILTER (mode = 'early_in_person' AND code = 'D')            AS person_dem,
    sum(votes) FILTER (mode = 'early_in_person' AND code = 'R')            AS person_rep,
    sum(votes) FILTER (mode = 'election_day' AND code = 'D')               AS poll_dem,
    sum(votes) FILTER (mode = 'election_day' AND code = 'R')               AS poll_rep
  FROM results r JOIN parties p ON p.party IS NOT DISTINCT FROM r.party
  WHERE is_past AND (state = $state OR state = '' OR $state = '')
  GROUP BY ALL
), unit AS (
  SELECT
    election_date,
    county_key,
    precinct_key,
    min(u.county)      AS county,
    min(u.precinct)    AS precinct,
    count(*)           AS contests,
    coalesce(max(early), 0)::DOUBLE AS early,
    coalesce(max(poll), 0)::DOUBLE  AS poll,
    coalesce(max(late), 0)::DOUBLE  AS late,
    -- only contests between the two parties say how a unit leans
    coalesce(sum(early_dem) FILTER (early_dem + poll_dem > 0 AND early_rep + poll_rep > 0), 0)::DOUBLE AS early_dem,
    coalesce(sum(early_rep) FILTER (early_dem + poll_dem > 0 AND early_rep + poll_rep > 0), 0)::DOUBLE AS early_rep,
    coalesce(sum(person_dem) FILTER (early_dem + poll_dem > 0 AND early_rep + poll_rep > 0), 0)::DOUBLE AS person_dem,
    coalesce(sum(person_rep) FILTER (early_dem + poll_dem > 0 AND early_rep + poll_rep > 0), 0)::DOUBLE AS person_rep,
    coalesce(sum(poll_dem)  FILTER (early_dem + poll_dem > 0 AND early_rep + poll_rep > 0), 0)::DOUBLE AS poll_dem,
    coalesce(sum(poll_rep)  FILTER (early_dem + poll_dem > 0 AND early_rep + poll_rep > 0), 0)::DOUBLE AS poll_rep
  FROM by_contest c JOIN units u ON u.county IS NOT DISTINCT FROM c.county AND u.precinct IS NOT DISTINCT FROM c.precinct
  GROUP BY election_date, county_key, precinct_key
), listed AS (
  SELECT u.election_date, u.county_key, u.precinct_key,
         list({'to_date': c.to_date, 'to_key': c.to_key, 'weight': c.weight} ORDER BY c.to_date, c.to_key) AS listed
  FROM unit u JOIN unit_crosswalk c
    ON c.precinct_key = u.precinct_key AND (c.county_key = '' OR c.county_key = u.county_key)
   AND (c.from_date IS NULL OR c.from_date = u.election_date)
  GROUP BY ALL
)
SELECT u.*, l.listed
FROM unit u LEFT JOIN listed l USING (election_date, county_key, precinct_key)
ORDER BY election_date, county_key, precinct_key
