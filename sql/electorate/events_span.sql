-- The days that events of ballots span. Grain: one row. Reads: ballot_events.
SELECT min(event_date) AS first, max(event_date) AS last, count(*) FILTER (WHERE event_date IS NULL) AS undated
FROM ballot_events
