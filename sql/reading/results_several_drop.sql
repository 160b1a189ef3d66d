-- Takes out figures of the returns that another stands for.
-- Grain: result. Reads: results, stood_for (registered: place). Changes: results. Binds: none.
DELETE FROM results WHERE rowid IN (SELECT place FROM stood_for)
