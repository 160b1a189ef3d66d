-- Header lines among the data: files that were joined, or written with a header a page.
-- Grain: line. Reads: typed (of the file being read). Binds: $header, the name of the column with the voter's ID.
INSERT INTO ignored
SELECT line, 'repeated header lines' FROM typed WHERE lower(voter_id) = lower($header);
