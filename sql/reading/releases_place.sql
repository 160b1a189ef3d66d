-- Marks the release just read by its place in the order of publication: below zero until all are read.
-- Grain: result. Changes: results. Binds: $place (below zero).
UPDATE results SET release = $place WHERE NOT is_past AND release > 0;
