-- What a returns file holds, for a refusal's message: election dates and contests, those with most lines first.
-- Grain: date × contest. Reads: typed (of the file being read). Binds: none.
SELECT *, name_key(contest) AS contest_key
FROM (
  SELECT election_date, coalesce(contest, nullif(concat_ws(' ', office, district), ''), '') AS contest, count(*) AS lines
  FROM typed GROUP BY ALL
)
ORDER BY lines DESC, election_date, contest;
