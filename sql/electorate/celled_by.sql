-- Everyone with what is asked for, as text, and with what poll counts make of the expected poll vote of the precinct.
-- Grain: voter. Reads: voter_attributes (attributes.sql), places. Binds: $by (list of dimensions). Writes:
-- asked_attributes; a dimension not in $by is ''.
CREATE OR REPLACE TEMP TABLE asked_attributes AS
SELECT voter_id, factor,
       CASE WHEN list_contains($by, 'county') THEN a."county" ELSE '' END AS "county",
       CASE WHEN list_contains($by, 'precinct') THEN a."precinct" ELSE '' END AS "precinct",
       CASE WHEN list_contains($by, 'party') THEN a."party" ELSE '' END AS "party",
       CASE WHEN list_contains($by, 'age') THEN a."age" ELSE '' END AS "age",
       CASE WHEN list_contains($by, 'sex') THEN a."sex" ELSE '' END AS "sex",
       CASE WHEN list_contains($by, 'prior') THEN a."prior" ELSE '' END AS "prior",
       CASE WHEN list_contains($by, 'new') THEN a."new" ELSE '' END AS "new"
FROM voter_attributes a JOIN places USING (place)
