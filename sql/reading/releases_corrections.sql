-- Figures that fell from one release to the next.
-- Grain: one row. Reads: release_steps. Binds: none.
SELECT count(*) AS figures, coalesce(-sum(added), 0)::BIGINT AS votes FROM release_steps WHERE added < 0;
