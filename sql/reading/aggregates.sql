-- Ballots of no voter, in all, by county and by party: how many there are, and how many came back.
-- Grain: way of counting × name. Reads: ballots_of_none. Binds: $fewest (ballots below which a count is not told).
WITH counted AS (
  SELECT CASE WHEN grouping(county) = 0 THEN 'county' WHEN grouping(party) = 0 THEN 'party' ELSE 'all' END AS counted_by,
         coalesce(CASE WHEN grouping(county) = 0 THEN trim(county) WHEN grouping(party) = 0 THEN trim(party) END, '') AS name,
         count(*) AS ballots, count(nullif(trim(returned), '')) AS returned
  FROM ballots_of_none
  GROUP BY GROUPING SETS ((), (county), (party))
)
SELECT counted_by, name, CASE WHEN ballots >= $fewest THEN ballots END AS ballots,
       CASE WHEN returned >= $fewest AND ballots >= $fewest THEN returned END AS returned
FROM counted
ORDER BY counted_by, ballots DESC NULLS LAST, name
