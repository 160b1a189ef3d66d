-- Takes whole-county and whole-district figures out where finer units add up to them.
-- Grain: state × date × contest × whole unit × mode. Reads: results, sums (registered; from results_totals).
-- Changes: results. Binds: $is_past.
DELETE FROM results
USING sums
WHERE results.is_past = $is_past AND results.precinct = '' AND results.state = sums.state
  AND results.election_date IS NOT DISTINCT FROM sums.election_date AND results.contest = sums.contest
  AND results.mode = sums.mode AND results.county = sums.county
