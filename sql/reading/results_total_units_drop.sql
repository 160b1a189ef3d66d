-- Takes out the figures of precincts that add up the other ones of their county.
-- Grain: state × date × contest × county × precinct. Reads: results, total_units (registered; from
-- results_total_units). Changes: results. Binds: $is_past.
DELETE FROM results
USING total_units t
WHERE results.is_past = $is_past AND results.state = t.state AND results.contest = t.contest
  AND results.election_date IS NOT DISTINCT FROM t.election_date AND results.county = t.county
  AND results.precinct = t.precinct
