-- Leaves out what shared files say of voters whose own file is another.
-- Grain: event, ballot, voter × election. Reads: voters. Changes: ballot_events, ballots, vote_history. Binds: none.
DELETE FROM ballot_events WHERE voter_id NOT IN (SELECT voter_id FROM voters);
DELETE FROM ballots WHERE voter_id NOT IN (SELECT voter_id FROM voters);
DELETE FROM vote_history WHERE voter_id NOT IN (SELECT voter_id FROM voters);
