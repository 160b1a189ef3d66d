-- Every voter as of the day before an election, in features packed into one number; and what he or she then did.
-- Grain: voter. Reads: known (known.sql), and the frames histories (ways, open_to, class, outcome) and bands
-- (place, turnout_band, mail_band). Binds: $target, $did, $seen (as in histories.sql), $listed (the bits of the features
-- that count). Writes: described.
-- `key` holds, from its lowest bits on: the precinct's bands of voting by mail and of turnout, 3 bits each; permanent
-- mail, 2; time registered, party and age, 3 each; and the class of the history.
CREATE OR REPLACE TEMP TABLE described AS
SELECT k.voter_id, place,
       ((class << 17)
        | ((CASE WHEN birth_year IS NULL THEN 0
                 ELSE greatest(1, least(7, (year($target::DATE) - birth_year - 15) // 10 + 1)) END)::BIGINT << 14)
        | (party::BIGINT << 11)
        | ((CASE WHEN registration_date IS NULL THEN 0
                 ELSE greatest(1, least(6, ceil(log2(greatest(1 + date_diff('day', registration_date, $target::DATE)
                                                              / 180.0, 1))))) END)::BIGINT << 8)
        | (permanent_mail::BIGINT << 6) | (turnout_band::BIGINT << 3) | mail_band) & $listed AS key,
       outcome,
       ((k.ways & $did) <> 0
        OR ((registration_date IS NULL OR registration_date < $target)
            AND (birth_year IS NULL OR year($target::DATE) - birth_year >= 18))) AS eligible
FROM known k
JOIN histories h ON k.ways & $seen = h.ways AND k.open_to = h.open_to
JOIN bands USING (place)
