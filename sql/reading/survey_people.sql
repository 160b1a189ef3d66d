-- How many voters a file names, and how many lines name one again.
-- Grain: one row. Reads: typed (of the file being read). Binds: none.
SELECT count(DISTINCT voter_id) AS voters,
       count(DISTINCT line) FILTER (voter_id IS NOT NULL) AS lines
FROM typed;
