-- Whether the modes of a wide file add up to its totals, and how much has a total only.
-- Grain: one row; votes are of the lines' totals. Reads: kept, ignored. Binds: $modes (those with a column).
WITH line AS (
  SELECT votes,
         coalesce(mail, 0) + coalesce(early_in_person, 0) + coalesce(election_day, 0) + coalesce(provisional, 0)
           + coalesce(late_mail, 0) AS parts,
         (mail IS NOT NULL)::INT + (early_in_person IS NOT NULL)::INT + (election_day IS NOT NULL)::INT
           + (provisional IS NOT NULL)::INT + (late_mail IS NOT NULL)::INT AS reported
  FROM kept
  WHERE votes IS NOT NULL AND line NOT IN (SELECT line FROM ignored)
)
SELECT count(*) FILTER (reported = len($modes) AND parts <> votes) AS unequal,
       coalesce(sum(votes) FILTER (reported = len($modes) AND parts <> votes), 0) AS unequal_votes,
       count(*) FILTER (reported = 0 AND votes > 0) AS undivided,
       coalesce(sum(votes) FILTER (reported = 0), 0) AS undivided_votes,
       coalesce(sum(votes), 0) AS all_votes
FROM line;
