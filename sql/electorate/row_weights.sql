-- Voters of each group by row of scores, in sums of probabilities.
-- Grain: feature_row. Reads: scored_voters (scored_voters.sql). Writes: row_weights. Sums are of whole billionths, as
-- in tranche_sums.sql.
CREATE OR REPLACE TABLE row_weights AS
SELECT feature_row, count(*) AS voters,
       sum(round(1e9 * white)) / 1e9 AS white, sum(round(1e9 * black)) / 1e9 AS black,
       sum(round(1e9 * latino)) / 1e9 AS latino, sum(round(1e9 * chinese)) / 1e9 AS chinese,
       sum(round(1e9 * filipino)) / 1e9 AS filipino, sum(round(1e9 * indian)) / 1e9 AS indian,
       sum(round(1e9 * japanese)) / 1e9 AS japanese, sum(round(1e9 * korean)) / 1e9 AS korean,
       sum(round(1e9 * vietnamese)) / 1e9 AS vietnamese, sum(round(1e9 * other_asian)) / 1e9 AS other_asian,
       sum(round(1e9 * native)) / 1e9 AS native, sum(round(1e9 * other)) / 1e9 AS other
FROM scored_voters
GROUP BY feature_row
ORDER BY feature_row
