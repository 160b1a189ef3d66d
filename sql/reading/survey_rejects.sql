-- Why lines of a file were rejected, most frequent first, with masked examples: letters and digits are not a voter's.
-- Grain: column × reason. Reads: rejects. Binds: $after (rows of rejects that were
-- there before the file), $sample (examples each), $width (characters of each).
SELECT column_name, reason, count(*) AS lines,
       list(regexp_replace(regexp_replace(regexp_replace(left(raw, $width), '\p{Lu}', 'A', 'g'), '[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]', 'a', 'g'),
                           '[0-9]', '9', 'g') ORDER BY line)[1:$sample] AS sample
FROM rejects WHERE rowid >= $after
GROUP BY column_name, reason
ORDER BY lines DESC, column_name, reason;
