-- A contest known by office alone, where no candidate runs in two counties, is one contest a county (sheriffs).
-- Grain: line. Reads: kept. Binds: none.
UPDATE kept SET contest = contest || ' ' || county
WHERE county <> '' AND district = '' AND office <> '' AND contest IN (
  SELECT contest FROM (
    SELECT contest, name_key(candidate) AS choice, count(DISTINCT county) AS counties
    FROM kept WHERE county <> '' AND district = '' AND NOT regexp_matches(name_key(candidate), '^(WRITE ?INS?|YES|NO|FOR|AGAINST|OTHER)( |$)')
    GROUP BY ALL)
  GROUP BY contest HAVING max(counties) = 1 AND count(*) > 1
) AND contest IN (SELECT contest FROM kept WHERE county <> '' GROUP BY contest HAVING count(DISTINCT county) > 1);
