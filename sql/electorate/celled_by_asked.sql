-- Everyone in the cell of what is asked for.
-- Grain: voter. Reads: asked_attributes (celled_by.sql), scored_voters. Writes: asked_cells (cell and its dimensions), and
-- celled_voters (see tranche_sums.sql).
CREATE OR REPLACE TEMP TABLE asked_cells AS
SELECT row_number() OVER (ORDER BY county, precinct, party, age, sex, prior, new)::INTEGER AS cell, *
FROM (SELECT DISTINCT county, precinct, party, age, sex, prior, new FROM asked_attributes);
CREATE OR REPLACE TEMP TABLE celled AS
SELECT cell, factor, s.* EXCLUDE (voter_id, place)
FROM scored_voters s JOIN asked_attributes USING (voter_id)
JOIN asked_cells USING (county, precinct, party, age, sex, prior, new);
CREATE OR REPLACE TEMP VIEW celled_voters AS FROM celled;
