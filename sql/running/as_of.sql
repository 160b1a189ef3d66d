-- Grain: one row. How far the data itself says it reaches: the moment of the last release of the returns where they
-- tell it, else the day of the last event in the life of a ballot. NULL where neither says.
-- Reads: results, ballot_events.
SELECT coalesce(
  (SELECT strftime(max(as_of), '%Y-%m-%d %H:%M') FROM results WHERE NOT is_past),
  (SELECT strftime(max(event_date), '%Y-%m-%d') FROM ballot_events)
) AS as_of
