-- Everyone with the row of scores he or she stands in and the probabilities of the groups.
-- Grain: voter with an estimate. Reads: described_now (described_now.sql), ballots, ethnicity. Writes: the view
-- voter_rows. A row of scores is a row of features and a state of the ballot: 8 × the one plus the code of the other,
-- which is 0 for none and from 1 on as listed here.
CREATE OR REPLACE VIEW voter_rows AS
SELECT voter_id, place,
       (8 * row + coalesce(list_position(['sent', 'accepted', 'returned', 'cured', 'rejected', 'cancelled'], b.status),
                           0))::INTEGER AS feature_row,
       white, black, latino, chinese, filipino, indian, japanese, korean, vietnamese, other_asian, native, other
FROM described_now
JOIN ethnicity USING (voter_id)
LEFT JOIN (SELECT voter_id, status FROM ballots) b USING (voter_id)
