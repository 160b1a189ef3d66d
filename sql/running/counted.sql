-- What a release of the returns says is counted: votes, and in which modes there is a figure at all.
-- Grain: contest × county × precinct × candidate. Reads: results. Binds: none.
SELECT contest, county, precinct, candidate,
       coalesce(sum(votes), 0)::BIGINT AS votes,
       bit_or(CASE WHEN votes IS NULL THEN 0
                   WHEN mode = 'mail' THEN 1 WHEN mode = 'early_in_person' THEN 2 WHEN mode = 'election_day' THEN 4
                   WHEN mode = 'provisional' THEN 8 ELSE 16 END)::UTINYINT AS modes
FROM results WHERE NOT is_past
GROUP BY ALL
