-- Takes out past counties whose votes are not divided by mode.
-- Grain: state × date × county. Reads: results, undivided (registered; from results_undivided). Changes: results.
-- Binds: none.
DELETE FROM results
USING undivided u
WHERE results.is_past AND results.state = u.state AND results.county = u.county
  AND results.election_date IS NOT DISTINCT FROM u.election_date
