-- Expected voters by cohort, group and whatever else is asked for. Tranche 'accepted' is what is in of 'early'.
-- Grain: group × county × precinct × party × age × sex × prior × new × tranche; a dimension not asked for is ''.
-- Reads: tranche_sums (tranche_sums.sql, by what is asked for), asked_cells (celled_by_asked.sql).
WITH cohorts AS (
  FROM tranche_sums
  UNION ALL
  SELECT cell, 'early', group_name, sum(expected), sum(squares)
  FROM tranche_sums WHERE tranche IN ('accepted', 'to come')
  GROUP BY cell, group_name
),
tranches AS (SELECT unnest(['registered', 'accepted', 'early', 'poll', 'late']) AS tranche),
rows AS (
  SELECT a.*, group_name, t.tranche
  FROM asked_cells a, tranches t, (SELECT DISTINCT group_name FROM tranche_sums)
)
SELECT group_name AS "group", county, precinct, party, age, sex, prior, new, tranche,
       coalesce(expected, 0) / 1e9 AS expected, coalesce(greatest(expected - squares, 0), 0) / 1e9 AS variance
FROM rows LEFT JOIN cohorts USING (cell, group_name, tranche)
ORDER BY ALL
