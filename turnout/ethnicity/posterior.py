"""The posterior of every voter, by one query: what it needs is handed to it as tables."""

from typing import Final

import duckdb
import numpy as np
import polars as pl

from turnout.ethnicity import evidence, names
from turnout.ethnicity.coding import run, uncompressed
from turnout.quoting import literal
from turnout.vocabulary import GROUPS

#: Bits of the evidence an estimate rests on, beside those of :data:`turnout.ethnicity.evidence.BITS`.
SURNAME, FIRST, MIDDLE, STATUS = 1, 2, 4, 128
_RUNG: Final = 256
#: Rungs of the ladder of places, finest first.
RUNGS: Final = ("precinct", "tract", "ZIP", "county", "district")
#: Voters put in order at a time: sixteen of the database's row groups, some 200 MB while they are sorted.
SORTED_AT_ONCE: Final = 16 * 122_880


def write(connection: duckdb.DuckDBPyConnection, likelihoods: dict[str, pl.DataFrame], cells: pl.DataFrame) -> None:
    """Fill ``ethnicity`` from the view ``voter_keys``: a row a voter, in the order of position.

    The likelihoods are made tables: only of tables does the database know how near their keys are to each other, and
    look them up by place, not by hash.

    Parameters
    ----------
    likelihoods : by 'surname', 'first', 'middle', 'labels': ``key, bit`` and the groups, see :func:`rows`
    cells : ``key, bit`` and the groups: the weight of each group in every cell that occurs
    """
    _run(connection, "ethnicity/joint", likelihoods, cells, {})


def write_direct(
    connection: duckdb.DuckDBPyConnection, code: pl.DataFrame, said: dict[str, pl.DataFrame], cells: pl.DataFrame
) -> None:
    """Fill ``ethnicity`` from the view ``voter_keys`` of names as written: a row a voter, in the order of position.

    Parameters
    ----------
    code : of '' and of every name as written that is on a list or says nothing: ``kind, raw, code``
    said : by 'surname' and 'first': ``key, bit`` and the groups, see :func:`named`
    cells : the same of every place that occurs
    """
    _run(connection, "ethnicity/direct_joint", said, cells, {"name_code": code})


def _run(
    connection: duckdb.DuckDBPyConnection,
    joint: str,
    said: dict[str, pl.DataFrame],
    cells: pl.DataFrame,
    codes: dict[str, pl.DataFrame],
) -> None:
    last = connection.execute("SELECT coalesce(max(position), -1) FROM voter_keys").fetchall()[0][0]
    words = _words_of([*said.values(), cells])
    given = {f"{kind}_likelihood": frame for kind, frame in said.items()} | codes
    try:
        for name, frame in (given | {"cell_weight": cells, "basis_word": words}).items():
            connection.register("given", frame)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM given")
        enum = f"ENUM ({', '.join(map(literal, words['word']))})"  # carried and written as a number, not as text
        for table, column in (("basis_word", "word"), ("ethnicity", "basis")):
            connection.execute(f"ALTER TABLE {table} ALTER {column} TYPE {enum}")
        run(connection, joint)
        with uncompressed(connection):
            for begin in range(0, last + 1, SORTED_AT_ONCE):
                run(connection, "ethnicity/posterior", begin=begin, end=begin + SORTED_AT_ONCE)
    finally:
        connection.unregister("given")
        connection.execute("DROP VIEW IF EXISTS voter_joint")
        for name in (*given, "cell_weight", "basis_word"):
            connection.execute(f"DROP TABLE IF EXISTS {name}")


def _words_of(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Return what every sum of one ``bit`` of each table says: ``bits, word``, a row at least."""
    sums = np.zeros(1, dtype=np.int16)
    for table in filter(len, tables):
        sums = np.unique(np.add.outer(sums, table["bit"].unique().to_numpy()))
    bits = pl.Series("bits", sums, dtype=pl.Int16)
    return pl.DataFrame({"bits": bits, "word": pl.Series(basis_words(), dtype=pl.String).gather(bits)})


def rows(key: pl.Series, bit: int | np.ndarray, table: np.ndarray) -> pl.DataFrame:
    """Return a likelihood or weight table as the query reads it: ``key, bit`` and a float32 column a group."""
    bits = pl.Series("bit", np.broadcast_to(np.asarray(bit, dtype=np.int16), len(key)))
    shares = pl.DataFrame(np.ascontiguousarray(table, dtype=np.float32), schema=list(GROUPS))
    return shares.with_columns(key.alias("key"), bits).select("key", "bit", *GROUPS)


def named(table: np.ndarray, bit: int) -> pl.DataFrame:
    """Key a table of :func:`turnout.ethnicity.names.likelihoods` as voters are coded: the last two rows below 0."""
    size = len(table) - 2
    key = pl.Series("key", np.append(np.arange(size), (names.ON_NO_LIST, names.MISSING)).astype(np.int32))
    return rows(key, np.append(np.full(size, bit), (0, 0)), table)


def place_bits(rung: pl.Series, *, by_status: bool) -> np.ndarray:
    """Bits of cells, by the rung each place stands on."""
    number = rung.replace_strict({name: index for index, name in enumerate(RUNGS)}, return_dtype=pl.Int32)
    return np.asarray(_RUNG * number.to_numpy() + (STATUS if by_status else 0))


def basis_words() -> list[str]:
    """Spell out the combinations of bits, from 0 up, for example 'surname+first+precinct+status+vendor'."""
    bits = np.arange(_RUNG * len(RUNGS), dtype=np.int32)
    words = [(SURNAME, "surname"), (FIRST, "first"), (MIDDLE, "middle")]
    labels = [(STATUS, "status"), *((bit, kind) for kind, bit in evidence.BITS.items())]
    place = pl.Series(list(RUNGS)).gather(bits // _RUNG)

    def spoken(pairs: list[tuple[int, str]]) -> list[pl.Expr]:
        return [pl.when(pl.col("bits") & bit > 0).then(pl.lit(word)) for bit, word in pairs]

    said = pl.concat_str([*spoken(words), "place", *spoken(labels)], separator="+", ignore_nulls=True)
    return pl.DataFrame({"bits": bits, "place": place}).select(said).to_series().to_list()
