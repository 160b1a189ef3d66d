-- How much, and how much by mail, the voters of each precinct voted in the elections they were eligible for.
-- Grain: place. Reads: known (known.sql), and the frame histories (ways, open_to, votes, mail_votes, exposure).
-- Binds: $seen, as in histories.sql.
SELECT place, sum(votes)::DOUBLE AS votes, sum(mail_votes)::DOUBLE AS mail_votes, sum(exposure)::DOUBLE AS exposure
FROM known k JOIN histories h ON k.ways & $seen = h.ways AND k.open_to = h.open_to
GROUP BY place
ORDER BY place
