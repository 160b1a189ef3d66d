-- Writes every voter's estimate by Bayes' rule from surname, first name and one place, in one pass: what posterior.sql does,
-- for names as they are written.
-- P(group | voter) ∝ P(surname | group) P(first | group) · weight of the group in the place.
-- Grain: voter, in the order of position. Reads: voter_keys (position, voter_id, surname, first, cell; '' where there is
-- none), name_code (kind, raw, code: of '' and of names that are on a list or say nothing; any other is on no list, -2),
-- surname_likelihood, first_likelihood, cell_weight (key, bit, the groups), the variable basis_words. Binds: $begin, $end
-- (positions from, and before). Writes: ethnicity. One in ten million is added, so that none is 0.
INSERT INTO ethnicity BY NAME
WITH joint AS (
  SELECT v.position, v.voter_id, s.bit + f.bit + c.bit AS bits,
         s.white * f.white * c.white AS white,
         s.black * f.black * c.black AS black,
         s.latino * f.latino * c.latino AS latino,
         s.chinese * f.chinese * c.chinese AS chinese,
         s.filipino * f.filipino * c.filipino AS filipino,
         s.indian * f.indian * c.indian AS indian,
         s.japanese * f.japanese * c.japanese AS japanese,
         s.korean * f.korean * c.korean AS korean,
         s.vietnamese * f.vietnamese * c.vietnamese AS vietnamese,
         s.other_asian * f.other_asian * c.other_asian AS other_asian,
         s.native * f.native * c.native AS native,
         s.other * f.other * c.other AS other
  FROM voter_keys v
  JOIN cell_weight c ON c.key = v.cell
  LEFT JOIN name_code l ON l.kind = 'surname' AND l.raw = v.surname
  LEFT JOIN name_code g ON g.kind = 'first' AND g.raw = v.first
  JOIN surname_likelihood s ON s.key = coalesce(l.code, -2)
  JOIN first_likelihood f ON f.key = coalesce(g.code, -2)
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
