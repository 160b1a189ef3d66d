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


def coded(found: pl.DataFrame) -> pl.DataFrame:
    """Return the code of every distinct name, ``kind, raw, code``: its row of the kind's table, or one below 0.

    ``found`` is as :func:`matched` returns it. The names most voters bear come first: a hash table of them then has
    the rows that are looked at most beside each other, and the processor's cache holds them.
    """
    unlisted = pl.when(pl.col("kind") == "middle").then(MISSING).otherwise(ON_NO_LIST)
    code = pl.when("is_missing").then(MISSING).otherwise(pl.col("table_row").fill_null(unlisted))
    return found.sort("voters", descending=True).select("kind", "raw", code=code.cast(pl.Int32))


def frequent_first(found: pl.DataFrame, matrix: np.ndarray) -> tuple[pl.DataFrame, np.ndarray]:
    """Code the names of one kind by a table of their own: as :func:`coded`, and the table's rows by those codes.

    The rows most voters bear come first and those that nobody bears are left out, so that the rows that are looked at
    most are few and beside each other. ``matrix`` is as :func:`likelihoods` gives it; so is what is returned.
    """
    named = found.filter(~pl.col("is_missing"), pl.col("table_row").is_not_null())
    borne = named.group_by("table_row").agg(pl.col("voters").sum())
    borne = borne.sort("voters", "table_row", descending=[True, False]).with_row_index("rank")
    ranked = found.join(borne.select("table_row", "rank"), on="table_row", how="left").drop("table_row")
    rows = np.append(borne["table_row"].to_numpy(), (ON_NO_LIST, MISSING))
    return coded(ranked.rename({"rank": "table_row"})), matrix[rows]


def listed(tables: NameTables, kinds: Sequence[str] = KINDS) -> pl.DataFrame:
    """All listed names: ``kind, name, table_row``; without the row for names on no list, so that none matches it."""
    return pl.concat(
        tables.of(kind)
        .select(pl.lit(kind).alias("kind"), "name", pl.int_range(pl.len(), dtype=pl.Int32).alias("table_row"))
        .filter(pl.col("name") != UNLISTED)
        for kind in kinds or KINDS[:1]
    )


def likelihoods(table: pl.DataFrame) -> np.ndarray:
    """P(name | group) by row of a table, the largest of a row scaled to 1, and two rows at the end.

    float32 (rows + 2, groups): so that index ``ON_NO_LIST``, −2, is the row for names on no list, not scaled, and
    ``MISSING``, −1, is a row of ones. A table without the row ``*`` says nothing of names on no list.
    """
    matrix = table.select(GROUPS).to_numpy()
    own = table.filter(pl.col("name") == UNLISTED).select(GROUPS).to_numpy()
    found = np.empty((len(matrix) + 2, len(GROUPS)), dtype=np.float32)
    # divided in double precision, row by row of the result: the tables are large, and no copy is made
    np.divide(matrix, matrix.max(axis=1, keepdims=True), out=found[:-2], casting="same_kind")
    found[ON_NO_LIST] = own[0] if len(own) else 1.0
    found[MISSING] = 1.0
    return found


def at_the_rate_of(counted: tuple[int, int], matrix: np.ndarray, shares: np.ndarray, strength: float) -> np.ndarray:
    """Likelihoods when as many names are on no list as in the file, of an electorate made up by ``shares``.

    How many a file has depends on how it is written and on who registers, not only on the groups: left as the Census
    has it, a file with few would have too few of the groups whose names are often on no list. With u_g the Census's
    P(no list | group) and ū its mean over ``shares``: what the file has above ū is put down to how it is written,
    alike for every group, ``u_g + e (1 − u_g)``; what it has below makes all u_g smaller by one factor, and
    P(name | group) of the listed names larger to match.

    Parameters
    ----------
    counted : names of the file, and those of them on no list
    matrix : as :func:`likelihoods` gives it
    shares : (groups,) make-up
    strength : so many names with the Census's rate are added to the file's
    """
    named, on_no_list = counted
    census = matrix[ON_NO_LIST].astype(np.float64)
    usual = float(census @ shares)
    if usual >= 1:
        return matrix
    rate = (on_no_list + strength * usual) / (named + strength)
    if rate >= usual:
        unlisted, scale = census + (rate - usual) / (1 - usual) * (1 - census), np.ones(len(census))
    else:
        unlisted = census * rate / usual
        scale = (1 - unlisted) / (1 - census)
    adjusted: np.ndarray = matrix * scale.astype(np.float32)
    adjusted[ON_NO_LIST], adjusted[MISSING] = unlisted, 1.0
    return adjusted


def counted(rows: np.ndarray) -> tuple[int, int]:
    """Return how many voters have a name, by their rows, and how many of those are on no list."""
    return int((rows != MISSING).sum()), int((rows == ON_NO_LIST).sum())


def borne_by_others(matrix: np.ndarray, shares: np.ndarray, part: float) -> np.ndarray:
    """Surnames' likelihoods when a part of every group bears a name from another, as people marry and are adopted.

    ``(1 − part) P(name | g) + part Σ_h shares_h P(name | h)``, where ``shares`` (groups,) is the electorate's
    make-up.
    """
    mixed: np.ndarray = ((1 - part) * matrix + part * (matrix @ shares)[:, None]).astype(np.float32)
    return mixed
