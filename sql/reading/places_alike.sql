-- Which precincts of today are which of other occasions (a past election, another file), by their names.
-- Grain: occasion × pair. Reads: ours (id, county, precinct), theirs (id, occasion, county, precinct), both registered.
-- Binds: none.
-- exact: same county and place_key, any number of them. Else, of all pairs in a county whose names may be one precinct's,
-- those whose two sides have no other such pair, be it an exact one: what could be two places is neither. A county that
-- a whole side leaves empty is any county.
-- named: the same name behind different numbers ('001 Harbins A', 'HARBINS A'), or words that begin alike one by one, the
-- numbers among them equal ('Central Chur of Christ'; 'CLIFTON', 'CLIFTON ELEM').
-- numbered: the same number alone ('Pct. 12', '12') or before different names ('1B Gaines School', '1B E. Athens Baptist').
WITH our AS MATERIALIZED (
  SELECT id, county_key(county) AS county_key, place_key(precinct) AS place, precinct_words(precinct) AS words
  FROM ours
), their AS MATERIALIZED (
  SELECT id, occasion, county_key(county) AS county_key, place_key(precinct) AS place, precinct_words(precinct) AS words
  FROM theirs
), exact AS MATERIALIZED (
  SELECT occasion, o.id AS our, t.id AS their FROM our o JOIN their t USING (county_key, place) WHERE place <> ''
), unit AS (
  SELECT 'our' AS side, NULL AS occasion, id, county_key AS county, words FROM our
  UNION SELECT 'our', NULL, id, '', words FROM our
  UNION ALL
  SELECT 'their', occasion, id,
         CASE WHEN bool_and(county_key = '') OVER (PARTITION BY occasion) OR (SELECT bool_and(county_key = '') FROM our)
              THEN '' ELSE county_key END,
         words
  FROM their
), part AS (
  SELECT *, regexp_extract(words, '^((?:[A-Z]{1,2} )?[A-Z]{0,2}[0-9]+[A-Z]{0,2}(?: [0-9]+[A-Z]{0,2})*)(?: .*[A-Z]{3}.*)?$', 1) AS code
  FROM unit WHERE words <> ''
), named AS MATERIALIZED (
  SELECT *, CASE WHEN code = '' THEN words ELSE trim(substr(words, length(code) + 1)) END AS name FROM part
), key AS MATERIALIZED (
  SELECT side, occasion, county, id, 'words' AS kind,
         regexp_replace(regexp_replace(words, '([A-Z]) +', '\1', 'g'), ' +([A-Z])', '\1', 'g') AS key FROM named
  UNION ALL SELECT side, occasion, county, id, 'code', code FROM named WHERE code <> ''
  UNION ALL SELECT side, occasion, county, id, 'name', name FROM named WHERE name <> ''
), listed AS MATERIALIZED (
  -- a word that very many begin with ('LOS ANGELES …') tells nothing, and would pair everyone with everyone
  SELECT *, string_split(name, ' ') AS word, split_part(name, ' ', 1) AS first
  FROM named WHERE regexp_matches(name, '^[A-Z]{2}') AND regexp_matches(replace(name, ' ', ''), '^[A-Z]{4}')
  QUALIFY count(*) OVER (PARTITION BY side, occasion, county, first) <= 40
), pair AS (
  SELECT t.occasion, o.id AS our, t.id AS their, kind = 'name' AS by_name
  FROM key o JOIN key t USING (county, kind, key)
  WHERE o.side = 'our' AND t.side = 'their'
  UNION ALL
  SELECT t.occasion, o.id, t.id, true
  FROM listed o JOIN listed t USING (county, first)
  WHERE o.side = 'our' AND t.side = 'their' AND (o.code = '' OR t.code = '' OR o.code = t.code)
    AND list_bool_and(list_transform(list_zip(o.word, t.word, true), lambda p: p[1] = p[2] OR (
      length(p[1]) >= 3 AND length(p[2]) >= 3 AND NOT regexp_matches(p[1] || p[2], '[0-9]')
      AND (starts_with(p[1], p[2]) OR starts_with(p[2], p[1])))))
  UNION ALL
  SELECT occasion, our, their, false FROM exact
), single AS (
  SELECT occasion, our, their, bool_or(by_name) AS by_name FROM pair GROUP BY occasion, our, their
  QUALIFY count(*) OVER (PARTITION BY occasion, our) = 1 AND count(*) OVER (PARTITION BY occasion, their) = 1
)
SELECT occasion, our, their, 'exact' AS how FROM exact
UNION ALL
SELECT occasion, our, their, CASE WHEN by_name THEN 'named' ELSE 'numbered' END FROM single ANTI JOIN exact USING (occasion, our, their)
ORDER BY ALL
