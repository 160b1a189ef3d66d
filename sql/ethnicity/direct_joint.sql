-- Bayes' rule before the division, from surname, first name and one place: what joint.sql does, for names as they are
-- written, in one pass over the file.
-- P(group | voter) ∝ P(surname | group) P(first | group) · weight of the group in the place.
-- Grain: voter. Reads: voter_keys (position, voter_id, surname, first, cell; '' where there is none), name_code (kind,
-- raw, code: of '' and of names that are on a list or say nothing; any other is on no list, -2), surname_likelihood,
-- first_likelihood, cell_weight (key, bit, the groups), basis_word (bits, word). Writes: view voter_joint (position,
-- voter_id, basis, the groups).
CREATE OR REPLACE TEMP VIEW voter_joint AS
SELECT v.position, v.voter_id, w.word AS basis,
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
JOIN basis_word w ON w.bits = s.bit + f.bit + c.bit
