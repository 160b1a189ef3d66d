-- Expected voters at the polls. Grain: county × precinct with any. Reads: tranche_sums (tranche_sums.sql), places.
SELECT county, precinct, sum(expected) / 1e9 AS expected
FROM tranche_sums JOIN places ON cell = place
WHERE tranche = 'poll'
GROUP BY ALL
ORDER BY ALL
