-- Where each voter's ballot stands, from its events.
-- Grain: voter. Reads: ballot_events. Binds: none.
--
-- A voter may have had one ballot of each mode (a mail ballot cancelled, a vote in person). For each of them:
--   1. the latest decision (accepted, cured, rejected, cancelled) holds, so an acceptance can be revoked;
--      of decisions on one day: accepted > cured > rejected > cancelled. An event without a date is the earliest.
--   2. if that decision is acceptance or cure, the ballot counts, whatever was sent or returned later;
--   3. if not, the latest event of any kind holds: a ballot rejected and returned anew is pending;
--      on one day: accepted > cured > returned > rejected > cancelled > sent.
-- Of a voter's ballots the one that counts holds; of two that count, the one cast in person; of none, the latest.
-- Cured is written as accepted: counted = accepted.
INSERT INTO ballots
WITH rank(status, place) AS (
  VALUES ('sent', 1), ('cancelled', 2), ('rejected', 3), ('returned', 4), ('cured', 5), ('accepted', 6)
), hand(mode, closeness) AS (
  VALUES ('late_mail', 1), ('mail', 2), ('provisional', 3), ('early_in_person', 4), ('election_day', 5)
), keyed AS (
  -- One number that sorts by date, then by status: days since 1800 times 8, plus the status's place.
  SELECT e.voter_id, e.mode, r.place,
         coalesce(date_diff('day', DATE '1799-12-31', e.event_date), 0) * 8 + r.place AS key
  FROM ballot_events e JOIN rank r USING (status)
), per_mode AS (
  SELECT voter_id, mode, max(key) AS last_key, max(key) FILTER (place IN (2, 3, 5, 6)) AS decision
  FROM keyed GROUP BY voter_id, mode
), stands AS (
  SELECT voter_id, closeness, CASE WHEN decision % 8 >= 5 THEN decision ELSE last_key END AS key
  FROM per_mode JOIN hand USING (mode)
), best AS (
  -- Counted first (by closeness, then date); else latest. The number says which it was, too.
  SELECT voter_id,
         max(CASE WHEN key % 8 >= 5 THEN 1000000000 + closeness * 100000000 + key ELSE key * 8 + closeness END) AS choice
  FROM stands GROUP BY voter_id
), chosen AS (
  SELECT voter_id,
         CASE WHEN choice >= 1000000000 THEN choice % 100000000 ELSE choice // 8 END AS key,
         CASE WHEN choice >= 1000000000 THEN choice // 100000000 - 10 ELSE choice % 8 END AS closeness
  FROM best
)
SELECT voter_id,
       CASE WHEN key % 8 >= 5 THEN 'accepted' ELSE r.status END,
       h.mode,
       CASE WHEN key >= 8 THEN DATE '1799-12-31' + CAST(key // 8 AS INTEGER) END
FROM chosen c JOIN hand h USING (closeness) JOIN rank r ON r.place = key % 8
ORDER BY voter_id;
