-- Contests of the releases that none of them closes, so that late mail is still to come.
-- Grain: contest. Reads: release_steps. Binds: $last (places of the releases that are final or count late votes).
CREATE OR REPLACE TEMP TABLE unclosed AS
SELECT contest FROM release_steps GROUP BY contest HAVING NOT bool_or(list_contains($last::INTEGER[], place));
