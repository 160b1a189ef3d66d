-- Choices that add up the others of their contest, whatever they are called ('Contest sum', 'Write-in totals').
-- Grain: state × date × contest × county × candidate. Reads: results. Binds: $is_past.
-- In a county, every figure of theirs is the sum of two other choices or more; or, of a choice that is called a total of
-- write-ins, of the other write-ins. There are too many for chance.
WITH summed AS (  -- by hashes, for there are millions of figures
  SELECT sum(votes) AS votes, min(rowid) AS place
  FROM results
  WHERE is_past = $is_past AND votes IS NOT NULL
  GROUP BY hash(state, election_date, contest, county), hash(candidate)
), name AS MATERIALIZED (
  SELECT candidate,
         regexp_full_match(key, '(TOTAL |ALL )?WRITE ?INS?( VOTES?)?( TOTALS?)?') AND contains(key, 'TOTAL') AS is_write_in_total,
         starts_with(bare, 'WRITEIN') OR ends_with(bare, 'WRITEIN') OR contains(upper(candidate), '(W)')     AS is_write_in
  FROM (SELECT *, replace(key, ' ', '') AS bare
        FROM (SELECT candidate, name_key(candidate) AS key FROM (SELECT DISTINCT candidate FROM results WHERE is_past = $is_past)))
), choice AS (
  SELECT r.state, r.election_date, r.contest, r.county, candidate, s.votes, n.is_write_in_total, n.is_write_in
  FROM results r JOIN summed s ON r.rowid = s.place JOIN name n USING (candidate)
), suspect AS (
  SELECT * FROM choice
  WHERE votes > 0
  WINDOW place AS (PARTITION BY state, election_date, contest, county)
  QUALIFY (2 * votes = sum(votes) OVER place AND count(*) OVER place >= 3) OR is_write_in_total
), figure AS (
  SELECT s.state, s.election_date, s.contest, s.county, s.candidate, r.precinct, r.mode,
         coalesce(sum(r.votes) FILTER (r.candidate = s.candidate), 0)  AS whole,
         coalesce(sum(r.votes) FILTER (r.candidate <> s.candidate), 0) AS parts,
         coalesce(sum(r.votes) FILTER (r.candidate <> s.candidate AND c.is_write_in), 0) AS write_ins,
         any_value(s.is_write_in_total) AS is_write_in_total
  FROM suspect s
  JOIN results r ON r.is_past = $is_past AND r.state = s.state AND r.contest = s.contest AND r.county = s.county
    AND r.election_date IS NOT DISTINCT FROM s.election_date
  JOIN choice c ON c.state = r.state AND c.contest = r.contest AND c.county = r.county AND c.candidate = r.candidate
    AND c.election_date IS NOT DISTINCT FROM r.election_date
  GROUP BY ALL
)
SELECT state, election_date, contest, county, candidate, sum(whole)::BIGINT AS votes
FROM figure
GROUP BY state, election_date, contest, county, candidate
HAVING (bool_and(whole = parts) AND count(*) FILTER (whole > 0) >= 4)
    OR (any_value(is_write_in_total) AND bool_and(whole = write_ins))
ORDER BY ALL
