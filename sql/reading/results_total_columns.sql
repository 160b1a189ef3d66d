-- Columns of a mode that hold the total over all modes: equal to 'votes' line by line beside votes of other modes.
-- Grain: state × date × county × mode. Reads: kept, ignored. Binds: $modes (those with a column).
SELECT state, election_date, county, mode, count(*) AS lines, sum(votes)::BIGINT AS votes
FROM (
  SELECT state, election_date, county, votes, mail, early_in_person, election_day, provisional, late_mail,
         coalesce(mail, 0) + coalesce(early_in_person, 0) + coalesce(election_day, 0) + coalesce(provisional, 0)
              + coalesce(late_mail, 0) AS parts
  FROM kept
  WHERE votes > 0 AND line NOT IN (SELECT line FROM ignored)
) UNPIVOT (figure FOR mode IN (mail, early_in_person, election_day, provisional, late_mail))
WHERE list_contains($modes, mode) AND parts > figure
GROUP BY state, election_date, county, mode
HAVING count(*) >= 3 AND avg((figure = votes)::INTEGER) >= 0.9
ORDER BY ALL
