-- How many contests of the releases none of them closes, of how many.
-- Grain: one row. Reads: unclosed, release_steps. Binds: none.
SELECT (SELECT count(*) FROM unclosed), (SELECT count(DISTINCT contest) FROM release_steps);
