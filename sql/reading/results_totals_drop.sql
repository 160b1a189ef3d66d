-- Takes whole-county and whole-district figures out of the returns where finer units add up to them.
-- Grain: contest × whole unit × mode. Reads: results, sums (registered; from results_totals). Binds: none.
DELETE FROM results
USING sums
WHERE NOT results.is_past AND results.precinct = '' AND results.contest = sums.contest
  AND results.mode = sums.mode AND results.county = sums.county
