"""The posterior of every voter, by one query: what it needs is handed to it as tables."""

from typing import Final

import duckdb
import numpy as np
import polars as pl

from turnout.ethnicity import evidence
from turnout.ethnicity.coding import in_order, run
from turnout.vocabulary import GROUPS

#: Bits of the evidence an estimate rests on, beside those of :data:`turnout.ethnicity.evidence.BITS`.
SURNAME, FIRST, MIDDLE, STATUS = 1, 2, 4, 128
_RUNG: Final = 256
#: Rungs of the ladder of places, finest first.
RUNGS: Final = ("precinct", "tract", "ZIP", "county", "district")


def write(connection: duckdb.DuckDBPyConnection, likelihoods: dict[str, pl.DataFrame], cells: pl.DataFrame) -> None:
    """Fill ``ethnicity`` from the view ``voter_keys``: a row a voter, in its order.

    Parameters
    ----------
    likelihoods : by 'surname', 'first', 'middle', 'labels': ``key, bit`` and the groups, see :func:`rows`
    cells : ``key, bit`` and the groups: the weight of each group in every cell that occurs
    """
    given = {f"{kind}_likelihood": frame for kind, frame in likelihoods.items()}
    _run(connection, "ethnicity/posterior", given | {"cell_weight": cells})


def write_direct(connection: duckdb.DuckDBPyConnection, said: dict[str, pl.DataFrame]) -> None:
    """Fill ``ethnicity`` from the view ``voter_keys`` of names as written: a row a voter, in its order.

    ``said``: by 'surname', 'first' and 'cell', ``key, bit`` and the groups; every key has a row.
    """
    names = {"surname": "surname_likelihood", "first": "first_likelihood", "cell": "cell_weight"}
    _run(connection, "ethnicity/direct_posterior", {names[kind]: frame for kind, frame in said.items()})


def _run(connection: duckdb.DuckDBPyConnection, query: str, given: dict[str, pl.DataFrame]) -> None:
    given = given | {"basis_words": basis_words()}
    for name, frame in given.items():
        connection.register(name, frame)
    try:
        with in_order(connection):
            run(connection, query)
    finally:
        for name in given:
            connection.unregister(name)


def rows(key: pl.Series, bit: int | np.ndarray, table: np.ndarray) -> pl.DataFrame:
    """Return a likelihood or weight table as the query reads it: ``key, bit`` and a float32 column a group."""
    bits = pl.Series("bit", np.broadcast_to(np.asarray(bit, dtype=np.int32), len(key)))
    shares = pl.DataFrame(np.ascontiguousarray(table, dtype=np.float32), schema=list(GROUPS))
    return shares.with_columns(key.alias("key"), bits).select("key", "bit", *GROUPS)


def named(table: np.ndarray, bit: int, unlisted: int) -> pl.DataFrame:
    """Key a table of :func:`turnout.ethnicity.names.likelihoods` by row; its last but one by ``unlisted``."""
    size = len(table) - 2
    key = pl.Series("key", np.append(np.arange(size), unlisted).astype(np.int32))
    return rows(key, np.append(np.full(size, bit), 0), table[:-1])


def place_bits(rung: pl.Series, *, by_status: bool) -> np.ndarray:
    """Bits of cells, by the rung each place stands on."""
    number = rung.replace_strict({name: index for index, name in enumerate(RUNGS)}, return_dtype=pl.Int32)
    return np.asarray(_RUNG * number.to_numpy() + (STATUS if by_status else 0))


def basis_words() -> pl.DataFrame:
    """Spell out the combinations of bits: ``bits, basis``, for example 'surname+first+precinct+status+vendor'."""
    bits = np.arange(_RUNG * len(RUNGS), dtype=np.int32)
    words = [(SURNAME, "surname"), (FIRST, "first"), (MIDDLE, "middle")]
    labels = [(STATUS, "status"), *((bit, kind) for kind, bit in evidence.BITS.items())]
    place = pl.Series(list(RUNGS)).gather(bits // _RUNG)

    def spoken(pairs: list[tuple[int, str]]) -> list[pl.Expr]:
        return [pl.when(pl.col("bits") & bit > 0).then(pl.lit(word)) for bit, word in pairs]

    return pl.DataFrame({"bits": bits, "place": place}).select(
        "bits",
        pl.concat_str([*spoken(words), "place", *spoken(labels)], separator="+", ignore_nulls=True).alias("basis"),
    )
