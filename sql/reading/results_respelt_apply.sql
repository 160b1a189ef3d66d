-- Gives counties and precincts the spelling that stood first.
-- Grain: line. Reads: respelt. Changes: kept. Binds: $is_past.
UPDATE kept SET county = r.to_county, precinct = CASE WHEN $is_past THEN kept.precinct ELSE r.to_precinct END
FROM respelt r
WHERE (r.county <> r.to_county OR r.precinct <> r.to_precinct) AND kept.county = r.county AND ($is_past OR kept.precinct = r.precinct);
