-- Drops the rows of scores that voters stood in, before they are scored anew.
-- Grain: voter. Writes: scored_voters.
DROP TABLE IF EXISTS scored_voters;
