-- Takes out figures that are a total copied to every candidate: of the past, all the contest's figures in the county,
-- for what is true of it cannot be known; of the election itself, the mode counts as not reported.
-- Grain: result. Reads: copied. Changes: results. Binds: none.
DELETE FROM results USING copied c
WHERE results.is_past AND c.is_past AND results.state = c.state AND results.contest = c.contest
  AND results.election_date IS NOT DISTINCT FROM c.election_date AND results.county = c.county;
UPDATE results SET votes = NULL FROM copied c
WHERE NOT results.is_past AND NOT c.is_past AND results.contest = c.contest AND results.county = c.county
  AND results.mode = c.mode;
