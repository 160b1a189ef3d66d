-- Events in the life of this election's ballots.
-- Grain: event. Reads: typed, codes_status, codes_mode, faults, ignored (of the file being read). Binds: $source.
INSERT INTO ballot_events
SELECT t.voter_id, t.event_date, s.canonical, m.canonical, $source, t.line
FROM typed t
JOIN codes_status s ON s.raw = t.status
JOIN codes_mode m ON m.raw = t.mode
WHERE t.line NOT IN (SELECT line FROM faults) AND t.line NOT IN (SELECT line FROM ignored);
