-- The cells that occur: a place's voters of one status.
-- Grain: place × status. Reads: voter_evidence, ethnicity_places.
SELECT e.place_id, e.status, p.rung, count(*) AS voters
FROM voter_evidence e JOIN ethnicity_places p USING (place_id)
GROUP BY ALL ORDER BY e.place_id, e.status
