-- The eligible of each group in a past election by feature row and by what they did, in sums of probabilities.
-- Grain: key × outcome. Reads: described_then (described_then.sql), ethnicity. Binds: $election, $salt, $parts (in a
-- million: of those whose number hashes below it). Sums are of whole billionths, as in tranche_sums.sql.
SELECT key, outcome,
       sum(round(1e9 * white)) / 1e9 AS white, sum(round(1e9 * black)) / 1e9 AS black,
       sum(round(1e9 * latino)) / 1e9 AS latino, sum(round(1e9 * chinese)) / 1e9 AS chinese,
       sum(round(1e9 * filipino)) / 1e9 AS filipino, sum(round(1e9 * indian)) / 1e9 AS indian,
       sum(round(1e9 * japanese)) / 1e9 AS japanese, sum(round(1e9 * korean)) / 1e9 AS korean,
       sum(round(1e9 * vietnamese)) / 1e9 AS vietnamese, sum(round(1e9 * other_asian)) / 1e9 AS other_asian,
       sum(round(1e9 * native)) / 1e9 AS native, sum(round(1e9 * other)) / 1e9 AS other
FROM (SELECT * FROM described_then WHERE election = $election AND hash(voter_id, $salt::BIGINT) % 1000000 < $parts)
JOIN (SELECT * FROM ethnicity WHERE hash(voter_id, $salt::BIGINT) % 1000000 < $parts) USING (voter_id)
GROUP BY ALL
ORDER BY ALL
