-- Writes the estimates beside the voters' IDs, in the order of the file.
-- Grain: voter. Reads: voters, estimated (position and the groups, basis). Writes: ethnicity.
INSERT INTO ethnicity BY NAME
SELECT v.voter_id, e.* EXCLUDE (position)
FROM voters v JOIN estimated e ON e.position = v.rowid
ORDER BY v.rowid
