-- Drops what was known of each voter, once everyone stands in a row: it would take room for nothing.
-- Grain: voter. Writes: known, described.
DROP TABLE IF EXISTS known;
DROP TABLE IF EXISTS described;
