-- Takes out the figures of choices that add up the others of their contest.
-- Grain: state × date × contest × county × candidate. Reads: results, total_choices (registered; from
-- results_total_choices). Changes: results. Binds: $is_past.
DELETE FROM results
USING total_choices t
WHERE results.is_past = $is_past AND results.state = t.state AND results.contest = t.contest
  AND results.election_date IS NOT DISTINCT FROM t.election_date AND results.county = t.county
  AND results.candidate = t.candidate
