"""Small cells blanked, and enough others that no blank can be worked out from the sums published beside it."""

from itertools import combinations
from typing import Final

import polars as pl

#: Cells of fewer expected voters than this are blanked in everything that may be shared.
SMALLEST_CELL: Final = 10


def suppressed(table: pl.DataFrame, keys: tuple[str, ...], count: str, numbers: tuple[str, ...]) -> pl.DataFrame:
    """Blank ``numbers`` of cells with fewer than :data:`SMALLEST_CELL` voters, and what would give them away.

    A line is the cells that agree in some of the ``keys`` (in none: the whole table); its sum may be known from a
    table with fewer dimensions, or from a share. Where the blanks of a line add up to fewer than the least, or there
    is only one, its smallest other cell is blanked too, until no line gives any away.

    Parameters
    ----------
    table : one row a cell
    keys : columns that tell cells apart
    count : column of the voters in a cell, null taken as small
    numbers : columns to blank, ``count`` among them
    """
    voters = pl.col(count).fill_null(0.0)
    marked = table.with_row_index("_cell").with_columns((voters < SMALLEST_CELL).alias("_hidden"))
    lines = [subset for size in range(len(keys)) for subset in combinations(keys, size)]
    for _ in range(table.height):
        found = pl.concat(_given_away(marked, line, voters) for line in lines).unique()
        if found.is_empty():
            break
        marked = marked.with_columns(pl.col("_hidden") | pl.col("_cell").is_in(found.implode()))
    blanked = (pl.when(~pl.col("_hidden")).then(pl.col(name)).alias(name) for name in numbers)
    return marked.with_columns(blanked).drop("_cell", "_hidden")


def _given_away(marked: pl.DataFrame, line: tuple[str, ...], voters: pl.Expr) -> pl.Series:
    """Return the smallest shown cell of every line whose blanks can be worked out."""
    within = list(line)
    hidden = pl.col("_hidden")
    blanks, sum_of = hidden.sum(), pl.when(hidden).then(voters).otherwise(0.0).sum()
    if within:
        blanks, sum_of = blanks.over(within), sum_of.over(within)
    told = marked.filter((blanks > 0) & ((blanks == 1) | (sum_of < SMALLEST_CELL))).filter(~hidden)
    told = told.with_columns(voters.alias("_voters")).sort("_voters", "_cell")
    return (told.unique(within, keep="first", maintain_order=True) if within else told.head(1))["_cell"]
