-- Bayes' rule before the division: for every voter the product of what each piece of evidence says.
-- P(group | voter) ∝ P(surname | group) P(first | group) P(middle | group) P(labels | group) · weight of the group in the cell.
-- Grain: voter. Reads: voter_keys (position, voter_id, surname, first, middle, labels, cell), surname_likelihood,
-- first_likelihood, middle_likelihood, labels_likelihood (key, bit, the groups), cell_weight (key, bit, the groups),
-- basis_word (bits, word: what a sum of bits says). Writes: view voter_joint (position, voter_id, basis, the groups).
-- Every key has a row, of ones where it says nothing; keys are whole numbers near each other, so that a row is found by
-- its place in an array.
CREATE OR REPLACE TEMP VIEW voter_joint AS
SELECT v.position, v.voter_id, w.word AS basis,
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
JOIN basis_word w ON w.bits = s.bit + f.bit + m.bit + e.bit + c.bit
