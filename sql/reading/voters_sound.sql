-- Leaves the sound rows of a voter file in the table they were cast into.
-- Grain: voter. Reads: faults, ignored, set_aside (of the file being read). Changes: cast_rows. Binds: $first_line.
DELETE FROM cast_rows WHERE rowid IN (
  SELECT line - $first_line FROM faults UNION ALL SELECT line - $first_line FROM ignored
  UNION ALL SELECT line - $first_line FROM set_aside);
