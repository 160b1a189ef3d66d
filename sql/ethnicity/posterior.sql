-- Writes every voter's estimate by Bayes' rule: the product of what each piece of evidence says, divided by its sum.
-- P(group | voter) ∝ P(surname | group) P(first | group) P(middle | group) P(labels | group) · weight of the group in the cell.
-- Grain: voter, in the order of position. Reads: voter_keys (position, voter_id, surname, first, middle, labels, cell),
-- surname_likelihood, first_likelihood, middle_likelihood, labels_likelihood (key, bit, the groups), cell_weight (key, bit,
-- the groups), the variable basis_words (what the bits say, from 0). Binds: $begin, $end (positions from, and before).
-- Writes: ethnicity. Every key has a row, of ones where it says nothing; keys are whole numbers near each other, so that a row is
-- found by its place in an array. One in ten million is added to each, so that none is 0. A join keeps no order: sorted
-- is what is narrowest.
INSERT INTO ethnicity BY NAME
WITH joint AS (
  SELECT v.position, v.voter_id, s.bit + f.bit + m.bit + e.bit + c.bit AS bits,
         c.white * s.white * f.white * m.white * e.white AS white,
         c.black * s.black * f.black * m.black * e.black AS black,
         c.latino * s.latino * f.latino * m.latino * e.latino AS latino,
         c.chinese * s.chinese * f.chinese * m.chinese * e.chinese AS chinese,
         c.filipino * s.filipino * f.filipino * m.filipino * e.filipino AS filipino,
         c.indian * s.indian * f.indian * m.indian * e.indian AS indian,
         c.japanese * s.japanese * f.japanese * m.japanese * e.japanese AS japanese,
         c.korean * s.korean * f.korean * m.korean * e.korean AS korean,
         c.vietnamese * s.vietnamese * f.vietnamese * m.vietnamese * e.vietnamese AS vietnamese,
         c.other_asian * s.other_asian * f.other_asian * m.other_asian * e.other_asian AS other_asian,
         c.native * s.native * f.native * m.native * e.native AS native,
         c.other * s.other * f.other * m.other * e.other AS other
  FROM voter_keys v
  JOIN cell_weight c ON c.key = v.cell
  JOIN surname_likelihood s ON s.key = v.surname
  JOIN first_likelihood f ON f.key = v.first
  JOIN middle_likelihood m ON m.key = v.middle
  JOIN labels_likelihood e ON e.key = v.labels
  WHERE v.position >= $begin AND v.position < $end
), total AS (
  SELECT *, white + black + latino + chinese + filipino + indian
            + japanese + korean + vietnamese + other_asian + native + other AS total
  FROM joint
), estimate AS (
  SELECT position, voter_id, bits,
         white / total + 1e-7::FLOAT AS white,
         black / total + 1e-7::FLOAT AS black,
         latino / total + 1e-7::FLOAT AS latino,
         chinese / total + 1e-7::FLOAT AS chinese,
         filipino / total + 1e-7::FLOAT AS filipino,
         indian / total + 1e-7::FLOAT AS indian,
         japanese / total + 1e-7::FLOAT AS japanese,
         korean / total + 1e-7::FLOAT AS korean,
         vietnamese / total + 1e-7::FLOAT AS vietnamese,
         other_asian / total + 1e-7::FLOAT AS other_asian,
         native / total + 1e-7::FLOAT AS native,
         other / total + 1e-7::FLOAT AS other
  FROM total ORDER BY position
)
SELECT * EXCLUDE (position, bits), getvariable('basis_words')[bits + 1] AS basis FROM estimate
