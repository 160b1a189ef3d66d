-- Choices that add up the others of their contest, whatever they are called ('Contest sum', 'Write-in totals').
-- Grain: state × date × contest × county × candidate. Reads: results, figures. Binds: $is_past.
-- In a county, every figure of theirs is the sum of two other choices or more; or, of a choice that is called a total of
-- write-ins, of the other write-ins. There are too many for chance.
WITH summed AS (
  SELECT block, choice, sum(votes) AS votes, min(place) AS place
  FROM figures
  WHERE votes IS NOT NULL
  GROUP BY block, choice
), name AS MATERIALIZED (
  SELECT candidate, hash(candidate) AS choice,
         regexp_full_match(key, '(TOTAL |ALL )?WRITE ?INS?( VOTES?)?( TOTALS?)?') AND contains(key, 'TOTAL') AS is_write_in_total,
         starts_with(bare, 'WRITEIN') OR ends_with(bare, 'WRITEIN') OR contains(upper(candidate), '(W)')     AS is_write_in
  FROM (SELECT *, replace(key, ' ', '') AS bare
        FROM (SELECT candidate, name_key(candidate) AS key FROM (SELECT DISTINCT candidate FROM results WHERE is_past = $is_past)))
), suspected AS MATERIALIZED (
  SELECT s.place, n.is_write_in_total
  FROM summed s JOIN name n USING (choice)
  WHERE s.votes > 0
  WINDOW beside AS (PARTITION BY s.block)
  QUALIFY (2 * s.votes = sum(s.votes) OVER beside AND count(*) OVER beside >= 3) OR n.is_write_in_total
), suspect AS (
  SELECT r.state, r.election_date, r.contest, r.county, r.candidate, s.is_write_in_total
  FROM results r JOIN suspected s ON r.rowid = s.place
), figure AS (
  SELECT s.state, s.election_date, s.contest, s.county, s.candidate, r.precinct, r.mode,
         coalesce(sum(r.votes) FILTER (r.candidate = s.candidate), 0)  AS whole,
         coalesce(sum(r.votes) FILTER (r.candidate <> s.candidate), 0) AS parts,
         coalesce(sum(r.votes) FILTER (r.candidate <> s.candidate AND n.is_write_in), 0) AS write_ins,
         any_value(s.is_write_in_total) AS is_write_in_total
  FROM suspect s
  JOIN results r ON r.is_past = $is_past AND r.state = s.state AND r.contest = s.contest AND r.county = s.county
    AND r.election_date IS NOT DISTINCT FROM s.election_date
  JOIN name n ON n.candidate = r.candidate
  GROUP BY ALL
)
SELECT state, election_date, contest, county, candidate, sum(whole)::BIGINT AS votes
FROM figure
GROUP BY state, election_date, contest, county, candidate
HAVING (bool_and(whole = parts) AND count(*) FILTER (whole > 0) >= 4)
    OR (any_value(is_write_in_total) AND bool_and(whole = write_ins))
ORDER BY ALL
