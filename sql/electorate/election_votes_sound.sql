-- As election_votes.sql, of a vote history in which every line is of a voter in the file, and of another election than
-- the voter's other lines (history_sound.sql): who voted need not be looked at.
-- Grain: voter × election. Reads: vote_history. Writes: the view election_votes. Binds: none.
CREATE OR REPLACE TEMP VIEW election_votes AS
SELECT voter_id, election_date, mode FROM vote_history
