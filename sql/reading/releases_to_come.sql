-- Adds figures not reported yet of a mode that a release to come will count, for every choice in every unit.
-- Grain: contest × unit × choice. Reads and changes: results. Binds: $mode.
-- A mode that is counted in part so far counts as not reported by that: half a count is none.
INSERT INTO results
SELECT state, election_date, contest, any_value(office), any_value(district), county, precinct, bool_and(is_real_unit),
       $mode, candidate, max(party), NULL, max(release), max(as_of), false
FROM results WHERE NOT is_past
GROUP BY state, election_date, contest, county, precinct, candidate
ORDER BY contest, county, precinct, candidate;
