-- Expected voters at the polls. Grain: county × precinct. Reads: propensity, voters. Summed in billionths of a voter.
SELECT county, precinct, sum((p_poll::DOUBLE * 1e9)::BIGINT) / 1e9 AS expected
FROM propensity JOIN voters USING (voter_id)
GROUP BY ALL
ORDER BY ALL
