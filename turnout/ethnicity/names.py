"""Names as they are spelled for matching, and the row of the name table each matches.

The spelling is defined once, in ``sql/ethnicity/name_macros.sql``; what runs in Python runs those macros.
"""

from collections.abc import Iterable
from functools import cache

import duckdb
import numpy as np
import polars as pl

from turnout import resources
from turnout.ethnicity import tables
from turnout.vocabulary import GROUPS

#: Codes of a voter's name where there is no row of the table.
MISSING, ON_NO_LIST = -1, -2


def keys(names: Iterable[str | None]) -> list[str | None]:
    """Spell names for matching: ``["de la Cruz", "O'Neil"]`` gives ``["DELACRUZ", "ONEIL"]``.

    A name with nothing left to match gives None. Deterministic, and a key is its own key.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(resources.sql("ethnicity/name_macros"))
        connection.register("names", pl.DataFrame({"raw": list(names)}, schema={"raw": pl.String}).with_row_index())
        found = connection.sql('SELECT name_key(raw) AS spelled FROM names ORDER BY "index"').fetchall()
    return [row[0] for row in found]


def matched(connection: duckdb.DuckDBPyConnection, inputs: pl.DataFrame) -> pl.DataFrame:
    """Match distinct names to the tables.

    ``inputs``: columns ``kind`` ('surname' or 'first') and ``raw``. Returns ``kind, raw, table_row, is_missing``,
    ``table_row`` being a row of the table, null for a name on no list.
    """
    connection.execute(resources.sql("ethnicity/name_macros"))
    connection.register("name_inputs", inputs)
    connection.register("listed_names", _listed())
    try:
        frame: pl.DataFrame = connection.sql(resources.sql("ethnicity/matched_names")).pl()
    finally:
        connection.unregister("name_inputs")
        connection.unregister("listed_names")
    return frame


@cache
def _listed() -> pl.DataFrame:
    """All listed names: ``kind, name, table_row``; without the row for names on no list, so that none matches it."""
    return pl.concat(
        tables.people(kind)
        .select(pl.lit(kind).alias("kind"), "name", pl.int_range(pl.len(), dtype=pl.Int32).alias("table_row"))
        .filter(pl.col("name") != tables.UNLISTED)
        for kind in ("surname", "first")
    )


def likelihoods(kind: tables.Kind, rows: np.ndarray, prior: np.ndarray, tolerated: float) -> np.ndarray:
    """P(name | group) by voter, up to a factor: float32 (voters, groups). Missing names say nothing.

    A name on no list has P(no list | group) = u_g + e(1 − u_g). The Census gives u; e is how often names are written
    so that they match none, alike for every group: what the file has above ``tolerated`` times the Census's rate.

    Parameters
    ----------
    rows : row of the table by voter, ``MISSING`` or ``ON_NO_LIST``
    prior : (groups,) make-up the Census's rate is taken at
    """
    matrix = _matrix(kind)
    own = np.array([tables.unlisted(kind)[group] for group in GROUPS])
    named = int((rows != MISSING).sum())
    rate = int((rows == ON_NO_LIST).sum()) / max(named, 1)
    usual = tolerated * float(own @ prior)
    wrongly_written = max(0.0, (rate - usual) / (1 - usual))
    unlisted = own + wrongly_written * (1 - own)
    found: np.ndarray = matrix[rows]  # −1 is the last row, of ones
    found[rows == ON_NO_LIST] = unlisted / unlisted.max()
    return found


@cache
def _matrix(kind: tables.Kind) -> np.ndarray:
    """P(name | group) by row of the table, the largest of a row scaled to 1; two rows of ones at the end."""
    listed = tables.likelihoods(kind).select(GROUPS).to_numpy()
    listed = listed / listed.max(axis=1, keepdims=True)
    return np.vstack([listed, np.ones((2, len(GROUPS)))]).astype(np.float32)
