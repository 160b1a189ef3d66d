-- Turns releases of votes so far into votes by mode: what a release added to the one before is of the mode it counts.
-- Grain of release_steps: release × contest × unit × choice; of results: contest × unit × mode × choice.
-- Reads and changes: results (release below zero). Binds: none.
-- A figure that fell was corrected; the votes of its mode are then none, not less.
CREATE OR REPLACE TEMP TABLE release_steps AS
SELECT *, votes - coalesce(lag(votes IGNORE NULLS) OVER (
            PARTITION BY state, election_date, contest, county, precinct, candidate ORDER BY place), 0) AS added
FROM (
  SELECT state, election_date, contest, county, precinct, candidate, mode, -release AS place,
         any_value(office) AS office, any_value(district) AS district, bool_and(is_real_unit) AS is_real_unit,
         max(party) AS party, sum(votes) AS votes, max(as_of) AS as_of
  FROM results WHERE release < 0 GROUP BY ALL
);
DELETE FROM results WHERE release < 0;
INSERT INTO results
SELECT state, election_date, contest, any_value(office), any_value(district), county, precinct, bool_and(is_real_unit),
       mode, candidate, max(party), sum(greatest(added, 0))::BIGINT, max(place), max(as_of), false
FROM release_steps
GROUP BY state, election_date, contest, county, precinct, mode, candidate
ORDER BY contest, county, precinct, max(place), candidate;
