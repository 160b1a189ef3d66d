-- Writes every voter's estimate by Bayes' rule: the product of what each piece of evidence says, divided by its sum.
-- P(group | voter) ∝ P(surname | group) P(first | group) P(middle | group) P(labels | group) · weight of the group in the cell.
-- Grain: voter, in the order of voter_keys. Reads: voter_keys (voter_id, surname, first, middle, labels, cell: keys, NULL
-- where there is none), surname_likelihood, first_likelihood, middle_likelihood, labels_likelihood (key, bit, the groups),
-- cell_weight (key, bit, the groups), basis_words (bits, basis). Writes: ethnicity. A name without a row, or without a
-- key, says nothing. One in ten million is added to each, so that none is 0.
INSERT INTO ethnicity BY NAME
WITH joint AS (
  SELECT v.voter_id,
         coalesce(s.bit, 0) + coalesce(f.bit, 0) + coalesce(m.bit, 0) + coalesce(e.bit, 0) + c.bit AS bits,
         c.white * coalesce(s.white, 1) * coalesce(f.white, 1) * coalesce(m.white, 1) * coalesce(e.white, 1) AS white,
         c.black * coalesce(s.black, 1) * coalesce(f.black, 1) * coalesce(m.black, 1) * coalesce(e.black, 1) AS black,
         c.latino * coalesce(s.latino, 1) * coalesce(f.latino, 1) * coalesce(m.latino, 1) * coalesce(e.latino, 1) AS latino,
         c.chinese * coalesce(s.chinese, 1) * coalesce(f.chinese, 1) * coalesce(m.chinese, 1) * coalesce(e.chinese, 1) AS chinese,
         c.filipino * coalesce(s.filipino, 1) * coalesce(f.filipino, 1) * coalesce(m.filipino, 1) * coalesce(e.filipino, 1) AS filipino,
         c.indian * coalesce(s.indian, 1) * coalesce(f.indian, 1) * coalesce(m.indian, 1) * coalesce(e.indian, 1) AS indian,
         c.japanese * coalesce(s.japanese, 1) * coalesce(f.japanese, 1) * coalesce(m.japanese, 1) * coalesce(e.japanese, 1) AS japanese,
         c.korean * coalesce(s.korean, 1) * coalesce(f.korean, 1) * coalesce(m.korean, 1) * coalesce(e.korean, 1) AS korean,
         c.vietnamese * coalesce(s.vietnamese, 1) * coalesce(f.vietnamese, 1) * coalesce(m.vietnamese, 1) * coalesce(e.vietnamese, 1) AS vietnamese,
         c.other_asian * coalesce(s.other_asian, 1) * coalesce(f.other_asian, 1) * coalesce(m.other_asian, 1) * coalesce(e.other_asian, 1) AS other_asian,
         c.native * coalesce(s.native, 1) * coalesce(f.native, 1) * coalesce(m.native, 1) * coalesce(e.native, 1) AS native,
         c.other * coalesce(s.other, 1) * coalesce(f.other, 1) * coalesce(m.other, 1) * coalesce(e.other, 1) AS other
  FROM voter_keys v
  JOIN cell_weight c ON c.key = v.cell
  LEFT JOIN surname_likelihood s ON s.key = v.surname
  LEFT JOIN first_likelihood f ON f.key = v.first
  LEFT JOIN middle_likelihood m ON m.key = v.middle
  LEFT JOIN labels_likelihood e ON e.key = v.labels
), total AS (
  SELECT *, white + black + latino + chinese + filipino + indian
            + japanese + korean + vietnamese + other_asian + native + other AS total
  FROM joint
)
SELECT t.voter_id,
       t.white / t.total + 1e-7::FLOAT AS white,
       t.black / t.total + 1e-7::FLOAT AS black,
       t.latino / t.total + 1e-7::FLOAT AS latino,
       t.chinese / t.total + 1e-7::FLOAT AS chinese,
       t.filipino / t.total + 1e-7::FLOAT AS filipino,
       t.indian / t.total + 1e-7::FLOAT AS indian,
       t.japanese / t.total + 1e-7::FLOAT AS japanese,
       t.korean / t.total + 1e-7::FLOAT AS korean,
       t.vietnamese / t.total + 1e-7::FLOAT AS vietnamese,
       t.other_asian / t.total + 1e-7::FLOAT AS other_asian,
       t.native / t.total + 1e-7::FLOAT AS native,
       t.other / t.total + 1e-7::FLOAT AS other,
       b.basis
FROM total t JOIN basis_words b ON b.bits = t.bits
