-- A digest of what the estimates look at in the ballots, whatever their order.
-- Grain: one row. Reads: ballots.
SELECT count(*) AS ballots, sum(hash(voter_id || CASE WHEN "status" = 'accepted' THEN ' accepted' ELSE ' other' END)::HUGEINT) AS digest
FROM ballots
