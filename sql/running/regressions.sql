-- Where a release says less than the one before it, by kind, with the gravest case of each.
-- Grain: kind (contest, candidate, precinct, votes). Reads: counted_before, counted_now (rows of running/counted).
-- Binds: $corrected (votes that may fall in a contest).
-- A precinct has un-reported if a mode it gave figures of has none now. Votes are compared where it still reports.
WITH both_sides AS (
  SELECT b.contest, b.county, b.precinct, b.candidate, b.votes AS before, n.votes AS now,
         b.modes AS modes_before, coalesce(n.modes, 0) AS modes_now, n.contest IS NOT NULL AS is_there
  FROM counted_before b LEFT JOIN counted_now n USING (contest, county, precinct, candidate)
),
changed AS (  -- nearly every figure stands or grows; the few others are looked at
  SELECT * FROM both_sides
  WHERE NOT is_there OR now < before OR (modes_before & ~modes_now) <> 0
),
contests AS (SELECT DISTINCT contest FROM counted_now),
candidates AS (SELECT DISTINCT contest, candidate FROM counted_now),
units AS (
  SELECT contest, county, precinct, bit_or(modes) AS modes FROM counted_now
  SEMI JOIN changed USING (contest, county, precinct) GROUP BY ALL
),
judged AS (
  SELECT c.*, k.contest IS NULL AS lost_contest, p.contest IS NULL AS lost_candidate,
         (c.modes_before & ~coalesce(u.modes, 0)) <> 0 AS lost_unit
  FROM changed c
  LEFT JOIN contests k ON k.contest = c.contest
  LEFT JOIN candidates p ON p.contest = c.contest AND p.candidate = c.candidate
  LEFT JOIN units u ON u.contest = c.contest AND u.county = c.county AND u.precinct = c.precinct
),
found AS (
  SELECT 'contest' AS kind, contest, '' AS county, '' AS precinct, '' AS candidate, sum(before) AS before, 0 AS now
  FROM judged WHERE lost_contest GROUP BY contest HAVING sum(before) > 0
  UNION ALL
  SELECT 'candidate', contest, '', '', candidate, sum(before), 0
  FROM judged WHERE NOT lost_contest AND lost_candidate GROUP BY contest, candidate HAVING sum(before) > 0
  UNION ALL
  SELECT 'precinct', contest, county, precinct, '', sum(before), coalesce(sum(now), 0)
  FROM judged WHERE NOT lost_contest AND NOT lost_candidate AND lost_unit
  GROUP BY contest, county, precinct HAVING bit_or(modes_before) > 0
  UNION ALL
  SELECT 'votes', contest, county, precinct, candidate, before, coalesce(now, 0)
  FROM judged WHERE NOT lost_contest AND NOT lost_candidate AND NOT lost_unit AND coalesce(now, 0) < before
  QUALIFY sum(before - coalesce(now, 0)) OVER (PARTITION BY contest) > $corrected
)
SELECT kind,
       count(DISTINCT CASE WHEN kind = 'precinct' THEN county || chr(1) || precinct
                           ELSE concat_ws(chr(1), contest, county, precinct, candidate) END) AS places,
       sum(before - now)::BIGINT AS votes,
       arg_max({contest: contest, county: county, precinct: precinct, candidate: candidate,
                before: before::BIGINT, now: now::BIGINT},
               (before - now, contest, county, precinct, candidate)) AS gravest
FROM found GROUP BY kind
ORDER BY CASE kind WHEN 'contest' THEN 1 WHEN 'candidate' THEN 2 WHEN 'precinct' THEN 3 ELSE 4 END
