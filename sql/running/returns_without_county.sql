-- Counted votes of the returns that stand in none of the counties given, by county; '' where the line names none.
-- Grain: county. Reads: results, counties (county: as the voter files spell it). Binds: none.
SELECT county, sum(votes)::BIGINT AS votes
FROM results
WHERE NOT is_past AND votes > 0 AND county_key(county) NOT IN (SELECT county_key(county) FROM counties)
GROUP BY county ORDER BY county
