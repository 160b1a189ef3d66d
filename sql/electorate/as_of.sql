-- Forgets what happened to ballots after a day; `ballots` is then rebuilt.
-- Grain: event. Writes: ballot_events. Binds: $as_of.
DELETE FROM ballot_events WHERE event_date > $as_of
