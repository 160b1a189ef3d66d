-- Gives contests the spelling that stood first.
-- Grain: line. Reads: respelt_contests. Changes: kept. Binds: none.
UPDATE kept SET contest = r.to_contest FROM respelt_contests r WHERE kept.contest = r.contest;
