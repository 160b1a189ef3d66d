-- Lines of an earlier release, where a later one has the same unit and mode: releases are cumulative.
-- Grain: line. Reads: kept, ignored. Binds: none.
INSERT INTO ignored
SELECT line, 'superseded by a later release'
FROM kept
WHERE line NOT IN (SELECT line FROM ignored)
QUALIFY release < max(release) OVER (PARTITION BY election_date, contest, county, precinct, mode);
