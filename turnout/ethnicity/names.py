"""Names as they are spelled for matching, and what each says of the group.

The spelling is defined once, in ``sql/ethnicity/name_macros.sql``; what runs in Python runs those macros.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import duckdb
import numpy as np
import polars as pl

from turnout import resources
from turnout.ethnicity.tables import UNLISTED, NameTables
from turnout.vocabulary import GROUPS

#: Codes of a voter's name where there is no row of the table. A middle name on no list counts as missing.
MISSING, ON_NO_LIST = -1, -2
KINDS: Final = ("surname", "first", "middle")


def keys(names: Iterable[str | None]) -> list[str | None]:
    """Spell names for matching: ``["de la Cruz", "O'Neil"]`` gives ``["DELACRUZ", "ONEIL"]``.

    A name with nothing left to match gives None. Deterministic, and a key is its own key.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(resources.sql("ethnicity/name_macros"))
        connection.register("names", pl.DataFrame({"raw": list(names)}, schema={"raw": pl.String}).with_row_index())
        found = connection.sql('SELECT name_spelling(raw) AS spelled FROM names ORDER BY "index"').fetchall()
    return [row[0] for row in found]


def matched(connection: duckdb.DuckDBPyConnection, inputs: pl.DataFrame, tables: NameTables) -> pl.DataFrame:
    """Match distinct names to the tables.

    ``inputs``: ``kind`` ('surname', 'first' or 'middle'), ``raw`` and ``voters``. Returns ``kind, raw, voters, whole,
    table_row, is_missing``: ``whole`` as spelled for matching, ``table_row`` a row of the table, null for a name on
    no list.
    """
    connection.execute(resources.sql("ethnicity/name_macros"))
    connection.register("name_inputs", inputs)
    kinds = [kind for kind in KINDS if kind in inputs["kind"]]
    connection.register("listed_names", listed(tables, kinds))
    try:
        frame: pl.DataFrame = connection.sql(resources.sql("ethnicity/matched_names")).pl()
    finally:
        connection.unregister("name_inputs")
        connection.unregister("listed_names")
    return frame


def listed(tables: NameTables, kinds: Sequence[str] = KINDS) -> pl.DataFrame:
    """All listed names: ``kind, name, table_row``; without the row for names on no list, so that none matches it."""
    return pl.concat(
        tables.of(kind)
        .select(pl.lit(kind).alias("kind"), "name", pl.int_range(pl.len(), dtype=pl.Int32).alias("table_row"))
        .filter(pl.col("name") != UNLISTED)
        for kind in kinds or KINDS[:1]
    )


def likelihoods(table: pl.DataFrame, rows: np.ndarray, prior: np.ndarray, tolerated: float) -> np.ndarray:
    """P(name | group) by row of a table, for voters whose rows are ``rows``, see :func:`likelihoods_at`."""
    named = int((rows != MISSING).sum())
    return likelihoods_at(table, int((rows == ON_NO_LIST).sum()) / max(named, 1), prior, tolerated)


def likelihoods_at(table: pl.DataFrame, rate: float, prior: np.ndarray, tolerated: float) -> np.ndarray:
    """P(name | group) by row of a table, the largest of a row scaled to 1, and two rows at the end.

    float32 (rows + 2, groups): so that index ``ON_NO_LIST``, −2, is the row for names on no list, and ``MISSING``,
    −1, is a row of ones. A name on no list has P(no list | group) = u_g + e(1 − u_g). The Census gives u; e is how
    often names are written so that they match none, alike for every group: what the file has above ``tolerated``
    times the Census's rate.

    Parameters
    ----------
    rate : share of the file's names that are on no list
    prior : (groups,) make-up the Census's rate is taken at
    """
    matrix = table.select(GROUPS).to_numpy()
    matrix = matrix / matrix.max(axis=1, keepdims=True)
    unlisted = np.ones(len(GROUPS))
    own = table.filter(pl.col("name") == UNLISTED).select(GROUPS).to_numpy()
    if len(own):
        usual = tolerated * float(own[0] @ prior)
        wrongly_written = max(0.0, (rate - usual) / (1 - usual))
        unlisted = own[0] + wrongly_written * (1 - own[0])
    return np.vstack([matrix, unlisted / unlisted.max(), np.ones(len(GROUPS))]).astype(np.float32)


def borne_by_others(matrix: np.ndarray, shares: np.ndarray, part: float) -> np.ndarray:
    """Surnames' likelihoods when a part of every group bears a name from another, as people marry and are adopted.

    ``(1 − part) P(name | g) + part Σ_h shares_h P(name | h)``, where ``shares`` (groups,) is the electorate's
    make-up.
    """
    mixed: np.ndarray = ((1 - part) * matrix + part * (matrix @ shares)[:, None]).astype(np.float32)
    return mixed
