-- Cells that may stay when voters are forgotten: of precincts with at least $least registered voters.
-- Grain: county × precinct × group × tranche. Reads: old.cells. Binds: $least.
-- In a precinct of one voter the cells are that voter's probabilities.
INSERT INTO cells BY NAME
SELECT cell.*
FROM old.cells AS cell
SEMI JOIN (
  SELECT county, precinct
  FROM old.cells
  WHERE tranche = 'registered'
  GROUP BY county, precinct
  HAVING sum(expected) >= $least
) AS large USING (county, precinct);
