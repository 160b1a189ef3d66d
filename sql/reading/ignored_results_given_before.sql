-- Lines of a results file that an earlier file has given already: a county's file beside the statewide one.
-- Grain: line. Reads: lines_now, lines_given. Binds: $is_past.
-- A contest in a county is given again if nearly all of its lines that both files have hold the same figures, two of them
-- votes. Of the returns those that differ stay, to be settled as figures given again. Otherwise both stay: one file may
-- hold the mail and another the polls.
INSERT INTO ignored
WITH met AS (
  SELECT n.line, n.block, bool_or(g.figures = n.figures) AS is_same, any_value(n.has_votes) AS has_votes
  FROM lines_now n JOIN lines_given g ON g.is_past = $is_past AND g.key = n.key
  WHERE n.line NOT IN (SELECT line FROM ignored)
  GROUP BY n.line, n.block
)
SELECT line, 'lines that an earlier file gave'
FROM met
WHERE (is_same OR $is_past) AND block IN (
  SELECT block FROM met GROUP BY block HAVING avg(is_same::INTEGER) >= 0.9 AND count(*) FILTER (is_same AND has_votes) >= 2
);
