-- From which status to which the ballots moved that changed it.
-- Grain: status before × status now, most voters first. Reads: ballots, ballots_before (a view). Binds: none.
SELECT b.status AS before, n.status AS now, count(*) AS voters
FROM ballots_before b JOIN ballots n USING (voter_id)
WHERE b.status <> n.status
GROUP BY ALL
ORDER BY voters DESC, before, now;
