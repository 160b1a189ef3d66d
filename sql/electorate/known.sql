-- What is known of each voter whatever the election that is asked about.
-- Grain: voter. Reads: voters, vote_history, places (places.sql), and the frame elections_asked (position,
-- election_date): the elections that matter, the latest at position 0.
-- Writes: known. `ways` has three bits an election, from bit 3 × position on: voted early, at the polls, late.
-- `open_to`: how many of the latest of these elections the voter was registered and of age for. Eligibility never
-- lapses, so a number says it. `records`: lines of the history on them. Parties are numbered by size, the smallest
-- together as 7.
CREATE OR REPLACE TEMP TABLE known AS
WITH cast_ballots AS (
  SELECT voter_id,
         bit_or(CASE WHEN mode IN ('mail', 'early_in_person') THEN 1 WHEN mode IN ('provisional', 'late_mail') THEN 4
                     ELSE 2 END::BIGINT << (3 * position)) AS ways,
         count(*) AS records
  FROM vote_history JOIN elections_asked USING (election_date)
  GROUP BY voter_id
),
by_registration AS (
  SELECT registration_date, count(position) AS registered_at
  FROM (SELECT DISTINCT registration_date FROM voters) v
  LEFT JOIN elections_asked ON v.registration_date IS NULL OR election_date > v.registration_date
  GROUP BY ALL
),
by_birth AS (
  SELECT birth_year, count(position) AS adult_at
  FROM (SELECT DISTINCT birth_year FROM voters) v
  LEFT JOIN elections_asked ON v.birth_year IS NULL OR year(election_date) - v.birth_year >= 18
  GROUP BY ALL
),
parties AS (
  SELECT party, least(row_number() OVER (ORDER BY count(*) DESC, party), 7) AS code
  FROM voters WHERE party IS NOT NULL AND party <> ''
  GROUP BY party
)
SELECT v.voter_id, place, v.birth_year, v.registration_date,
       coalesce(ways, 0)                              AS ways,
       coalesce(records, 0)::INTEGER                  AS records,
       least(registered_at, adult_at)::UTINYINT       AS open_to,
       coalesce(code, 0)::UTINYINT                    AS party,
       coalesce(permanent_mail::INTEGER, 2)::UTINYINT AS permanent_mail
FROM voters v
JOIN places p ON v.county = p.county AND v.precinct = p.precinct
JOIN by_registration r ON v.registration_date IS NOT DISTINCT FROM r.registration_date
JOIN by_birth y ON v.birth_year IS NOT DISTINCT FROM y.birth_year
LEFT JOIN parties USING (party)
LEFT JOIN cast_ballots c ON v.voter_id = c.voter_id
