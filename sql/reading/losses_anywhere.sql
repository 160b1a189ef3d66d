-- Losses of a contest by a name that the returns have not: it is not known of which they are.
-- Grain: loss. Reads: results (is_past = false). Changes: losses. Binds: none.
UPDATE losses SET contest = NULL
WHERE contest IS NOT NULL AND contest NOT IN (SELECT contest FROM results WHERE NOT is_past);
