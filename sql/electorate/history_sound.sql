-- Whether every line of the vote history is of a voter in the file, and no voter has two on one election.
-- Grain: one row. Reads: known (known.sql, of every election in the history), vote_history.
SELECT (SELECT count(*) FROM vote_history) = coalesce(sum(records), 0)
       AND coalesce(sum(records), 0)
         = coalesce(sum(bit_count((ways | (ways >> 1) | (ways >> 2)) & 1317624576693539401)), 0) AS is_sound
FROM known
