-- States of the results, and the lines of the file being read that are of each.
-- Grain: state. Reads: kept (of the file being read), results. Binds: $is_past.
SELECT state, sum(lines)::BIGINT AS lines
FROM (SELECT state, count(*) AS lines FROM kept GROUP BY state
      UNION ALL SELECT DISTINCT state, 0 FROM results WHERE is_past = $is_past)
WHERE state <> ''
GROUP BY state
ORDER BY lines DESC, state
