-- The most frequent surnames on no list, as they are spelled for matching.
-- Grain: surname. Reads: matched (kind, whole, voters, table_row, is_missing). Binds: $least (voters to be told), $most.
SELECT whole AS surname, sum(voters)::BIGINT AS voters
FROM matched WHERE kind = 'surname' AND NOT is_missing AND table_row IS NULL
GROUP BY whole HAVING sum(voters) >= $least ORDER BY voters DESC, surname LIMIT $most
