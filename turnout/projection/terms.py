"""The terms of a hierarchy: their priors, and the matrix of rows × effects that they make of a table."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import sparse

from turnout.projection import specification

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
#: The sd of where the mean of a balanced effect's group may lie before it is held at nought.
_ANYWHERE: Final = 3.0
#: So many times as many numbers as there are things to number may be in question for a list of all to be at hand.
_DENSE: Final = 16


class Term(BaseModel):
    """One effect: who shares it, what it is multiplied by, its prior, and what its uncertainty is called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    by: tuple[str, ...] = ()
    """Columns whose distinct combinations each get an effect of their own; empty: one effect for the whole ballot."""
    loading: tuple[str, ...] = ()
    """Columns multiplied with the effect; empty: 1. Rows where the product is 0 do not share in it."""
    mean: float = 0.0
    sd: float = Field(gt=0)
    component: str
    """The named component of uncertainty it is reported under."""
    learned: bool = True
    """Whether past elections are asked for its prior. One election alone cannot tell what moves a whole ballot from
    another thing that does; such priors are judged from all of them together."""
    balance: tuple[str, ...] = ()
    """Columns whose distinct combinations are groups in which the effect moves rows only against each other: every
    row's is taken less the group's mean, by the column ``weight``. Empty: it moves them as it is."""


class Noise(BaseModel):
    """What is left when every shared effect is known: ``sd`` times the product of the ``loading`` columns.

    Several add up in variance. It is reported under the component :data:`turnout.projection.hierarchy.NOISE`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sd: float = Field(gt=0)
    loading: tuple[str, ...] = ()


class HierarchySpec(BaseModel):
    """The terms of a hierarchy, as ``models/<name>.toml`` lists them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    provenance: str
    term: tuple[Term, ...]
    noise: tuple[Noise, ...] = Field(min_length=1)

    @classmethod
    def load(cls, name: str, override: Path | None = None) -> "HierarchySpec":
        """Read ``models/<name>.toml``, the user's own if ``override`` holds one."""
        return specification.load(cls, name, override)


def loading_of(X: pl.DataFrame, columns: Collection[str]) -> Floats:
    """Return the product of columns, 1 where there are none: shape (rows,)."""
    if not columns:
        return np.ones(X.height)
    product: Floats = np.prod([X[column].to_numpy() for column in columns], axis=0, dtype=np.float64)
    return product


class Numbered:
    """A table, and numbers for the distinct combinations of its columns: found once each, for terms share them."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.table = table
        self._codes: dict[tuple[str, ...], Integers] = {}

    def codes(self, by: tuple[str, ...]) -> Integers:
        """Return a number for each distinct combination of columns, in their order: shape (rows,)."""
        if by not in self._codes:
            self._codes[by] = self._number(by)
        return self._codes[by]

    def _number(self, by: tuple[str, ...]) -> Integers:
        if not by:
            return np.zeros(self.table.height, dtype=np.int64)
        *before, last = by
        own = _renumbered(self.table[last].to_numpy())
        if not before:
            return own
        return _renumbered(self.codes(tuple(before)) * (own.max(initial=0) + 1) + own)


def _renumbered(number: NDArray[Any]) -> Integers:
    """Return numbers without gaps in the order of those given, be they numbers, words or dates."""
    most = int(number.max(initial=0)) if number.dtype.kind in "iu" and number.min(initial=0) >= 0 else -1
    if not 0 <= most <= _DENSE * len(number) + _DENSE:
        return np.unique(number, return_inverse=True)[1].astype(np.int64)
    there = np.zeros(most + 1, dtype=np.bool_)
    there[number] = True
    return np.asarray((np.cumsum(there) - 1)[number])


@dataclass(frozen=True)
class Block:
    """One term's part of the system.

    Attributes
    ----------
    entries : pairs of the rows that share in effects, and the effect and the loading of each, once or twice a row
    balance : groups × effects that balance
    precision, mean : (effects,) of the prior
    levels : how many of the effects are the term's own
    """

    entries: list[tuple[Integers, Integers, Floats]]
    balance: Any
    precision: Floats
    mean: Floats
    levels: int


def block_of(X: Numbered, term: Term) -> Block:
    """Return a term's part of the system: an effect for each level that some row shares in."""
    loading = loading_of(X.table, term.loading)
    used = np.flatnonzero(loading)
    # only levels that some row shares in have an effect
    codes = _renumbered(X.codes(term.by)[used])
    levels = int(codes.max(initial=-1)) + 1
    own = (used, codes, loading[used])
    precision, mean = np.full(levels, term.sd**-2), np.full(levels, term.mean)
    if not term.balance:
        return Block([own], sparse.csr_array((0, levels)), precision, mean, levels)
    # What the group's rows are moved by together is an effect of its own, held to minus their weighted mean.
    group = _renumbered(X.codes(term.balance)[used])
    groups = int(group.max(initial=-1)) + 1
    weight = X.table["weight"].to_numpy()[used]
    weight = weight / np.maximum(np.bincount(group, weight, groups), 1e-9)[group]
    together = sparse.csr_array((weight * loading[used], (group, codes)), shape=(groups, levels))
    return Block(
        [own, (used, levels + group, np.ones(len(used)))],
        sparse.hstack([together, sparse.eye_array(groups)], format="csr"),
        np.concatenate([precision, np.full(groups, _ANYWHERE**-2)]),
        np.concatenate([mean, np.zeros(groups)]),
        levels,
    )


def beside(blocks: list[Block], rows: int) -> sparse.csr_array:
    """Put the blocks' rows × effects beside each other."""
    first = np.cumsum([0, *(len(block.mean) for block in blocks)])
    entries = [
        (row, start + effect, loading)
        for start, block in zip(first.tolist(), blocks, strict=False)
        for row, effect, loading in block.entries
    ]
    row, effect, loading = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    return sparse.csr_array((loading, (row, effect)), shape=(rows, int(first[-1])))
