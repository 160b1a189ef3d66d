-- The histories of voting there are, as of an election.
-- Grain: ways × open_to. Reads: known (known.sql). Binds: $target (date of the election asked about), $did (its bits of
-- `ways`), $seen (the bits of it and of the elections before it that count).
SELECT ways & $seen AS ways, open_to, count(*) AS voters,
       count(*) FILTER (WHERE (ways & $did) <> 0
                        OR ((registration_date IS NULL OR registration_date < $target)
                            AND (birth_year IS NULL OR year($target::DATE) - birth_year >= 18))) AS eligible
FROM known
GROUP BY ALL
ORDER BY ALL
