-- Writes every voter's estimate: the product of what each piece of evidence says, divided by its sum.
-- Grain: voter, in the order of position. Reads: view voter_joint (joint.sql or direct_joint.sql). Binds: $begin, $end
-- (positions from, and before). Writes: ethnicity. One in ten million is added to each, so that none is 0. A join keeps no
-- order: sorted is what is narrowest.
INSERT INTO ethnicity BY NAME
WITH total AS (
  SELECT *, white + black + latino + chinese + filipino + indian
            + japanese + korean + vietnamese + other_asian + native + other AS total
  FROM voter_joint WHERE position >= $begin AND position < $end
), estimate AS (
  SELECT position, voter_id, basis,
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
SELECT * EXCLUDE (position) FROM estimate
