-- Late mail that is still to come after the last release: votes so far are not all votes.
-- Grain: contest × unit × candidate. Reads: unclosed. Reads and changes: results. Binds: none.
INSERT INTO results
SELECT state, election_date, contest, any_value(office), any_value(district), county, precinct, bool_and(is_real_unit),
       'late_mail', candidate, max(party), NULL, max(release), max(as_of), false
FROM results
WHERE NOT is_past AND contest IN (FROM unclosed)
GROUP BY state, election_date, contest, county, precinct, candidate
ORDER BY contest, county, precinct, candidate
