-- How often voters given some probability of a group say they are of it, by tenths of the probability, and whether their
-- ballot is accepted.
-- Grain: accepted × bin 0 to 9 of p. Reads: voters, ballots, ethnicity, label_truth (raw, truth: 1 of the group, 0 not).
-- Binds: $inside (12 numbers, 1 for the leaf groups the group is made of). Yields sums over the bin's voters:
-- expected (p), observed, brier, log_loss, called (whose most probable leaf is of the group), called_wrong.
WITH labelled AS (
  SELECT [e.white, e.black, e.latino, e.chinese, e.filipino, e.indian, e.japanese, e.korean, e.vietnamese, e.other_asian,
          e.native, e.other]::DOUBLE[] AS shares, t.truth,
         v.voter_id IN (SELECT voter_id FROM ballots WHERE "status" = 'accepted') AS accepted
  FROM voters v JOIN label_truth t ON t.raw = v.vendor_ethnicity JOIN ethnicity e USING (voter_id)
  WHERE NOT v.confidential
), scored AS (
  SELECT least(list_dot_product(shares, $inside::DOUBLE[]), 1.0) AS p, truth, accepted,
         ($inside::DOUBLE[])[list_position(shares, list_max(shares))] AS called
  FROM labelled
)
SELECT accepted, least(floor(10 * p), 9)::INTEGER AS bin, count(*) AS voters, sum(p) AS expected, sum(truth)::DOUBLE AS observed,
       sum((p - truth) ** 2) AS brier,
       sum(-ln(greatest(CASE truth WHEN 1 THEN p ELSE 1 - p END, 1e-7))) AS log_loss,
       sum(called) AS called, sum(abs(called - truth)) AS called_wrong
FROM scored GROUP BY ALL ORDER BY accepted, bin
