-- Lines of a results file that this contest has no use for, with the rule.
-- Grain: line. Reads: typed, choices, no_contests, codes_mode (of the file being read). Binds: $is_past, $date,
-- $state, $contest (a name_key, NULL: all), $release (its number, NULL: all).
INSERT INTO ignored
WITH judged AS (
  SELECT t.line,
    CASE WHEN $is_past AND t.election_date >= $date THEN 'elections not before the contest''s date'
         WHEN NOT $is_past AND t.election_date <> $date THEN 'elections of another date'
         WHEN upper(t.state) <> $state THEN 'another state'
         WHEN $contest IS NOT NULL AND coalesce(t.contest, t.office) IS NOT NULL
              AND name_key(coalesce(t.contest, concat_ws(' ', t.office, t.district))) <> $contest THEN 'other contests'
         WHEN c.is_no_candidate OR coalesce(t.office, t.contest) IN (SELECT name FROM no_contests WHERE is_none)
              THEN 'lines of no candidate (over and under votes, ballots cast, totals)'
         WHEN $release IS NOT NULL AND t.release IS DISTINCT FROM $release THEN 'other releases'
         WHEN m.canonical = 'ignore' THEN 'totals of all modes' END AS rule
  FROM typed t
  LEFT JOIN choices c ON c.raw = t.candidate
  LEFT JOIN codes_mode m ON m.raw = t.mode
)
SELECT line, rule FROM judged WHERE rule IS NOT NULL;
