-- What each precinct's poll count, or that of the others, makes of its expected poll vote, into `places`.
-- Grain: county × precinct. Reads: the frame polls (county, precinct, factor, reported). Writes: places.
UPDATE places SET factor = polls.factor, reported = polls.reported
FROM polls WHERE places.county = polls.county AND places.precinct = polls.precinct
