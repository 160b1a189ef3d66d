-- The precincts of the voter file.
-- Grain: county × precinct. Reads: voters. Binds: none.
SELECT county, precinct, count(*) AS voters
FROM voters WHERE precinct <> '' GROUP BY county, precinct ORDER BY county, precinct
