-- Names in the candidate column: which are no candidate, and the contest's own spelling of those it knows.
-- Grain: spelling; of no_contests: name in the office or contest column. Reads: typed (of the file being read),
-- candidate_names. Binds: none.
CREATE OR REPLACE TEMP TABLE choices AS
SELECT t.raw, is_no_candidate(t.raw) AS is_no_candidate, coalesce(n.name, t.raw) AS name, n.party,
       n.name IS NOT NULL AS is_known
FROM (SELECT DISTINCT candidate AS raw FROM typed WHERE candidate IS NOT NULL) t
LEFT JOIN candidate_names n ON n.key = name_key(t.raw);
CREATE OR REPLACE TEMP TABLE no_contests AS
SELECT name, is_no_candidate(name) AS is_none  -- a filter here would be tried on every line
FROM (SELECT DISTINCT coalesce(office, contest) AS name FROM typed);
