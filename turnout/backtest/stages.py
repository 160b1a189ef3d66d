"""How far a count has come: which precincts have reported their polls, and what is not known yet."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

#: In which order precincts report: one by one at random, or whole counties at a time.
ORDERS: Final = ("random", "county")

_UNIT: Final = ("county", "precinct")


@dataclass(frozen=True, order=True)
class Stage:
    """A moment of a count: per cent of the precincts whose polls have reported, and in which order they came.

    Before any poll vote there is no order; it is then empty.
    """

    share: int
    order: str


def stages(shares: Iterable[int], orders: Iterable[str]) -> tuple[Stage, ...]:
    """Return every stage of the given shares (per cent) and orders, first the earliest."""
    orders = tuple(orders)
    return tuple(
        sorted({Stage(share, order if share else "") for share in shares for order in orders}, key=_position)
    )


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return the random generator of what ``names`` stand for: the same whatever else is replayed."""
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest, dtype="<u4").tolist()])


def reported(lines: pl.DataFrame, stage: Stage, rng: np.random.Generator) -> pl.DataFrame:
    """Choose the precincts that have reported: ``county, precinct``, sorted.

    Precincts that have a poll vote anywhere on the ballot come in random order, or county after county, until the
    stage's share of them is reached. One precinct, or one county, is always left out. Units without any poll vote
    (sites where early votes are counted) come along in the same order and do not count towards the share. Given
    the same state of ``rng``, a later stage holds what an earlier one does.

    Parameters
    ----------
    lines : full count of one election, the rows of ``sql/projection/lines.sql``
    """
    units = lines.group_by(_UNIT).agg(polls=pl.col("poll").sum() > 0).sort(_UNIT)
    needed = stage.share / 100 * float(units["polls"].sum())
    if not stage.share:
        return units.select(_UNIT).clear()
    if stage.order == "county":
        return _whole_counties(units, needed, rng)
    shuffled = units[rng.permutation(units.height)]
    before = pl.col("polls").cum_sum().cast(pl.Float64) - pl.col("polls").cast(pl.Float64)
    return shuffled.filter(before < needed)[: max(units.height - 1, 0)].select(_UNIT).sort(_UNIT)


def mask(lines: pl.DataFrame, reporting: pl.DataFrame) -> pl.DataFrame:
    """Return the lines as they were known: poll and late votes of the reporting units only, early votes of all.

    What the full count lacks of a unit that has reported is nought: no more is to come.
    """
    known = lines.join(
        reporting.with_columns(reports=pl.lit(value=True)), on=_UNIT, how="left", maintain_order="left"
    )
    return known.with_columns(
        pl.when("reports").then(pl.col(tranche).fill_null(0.0)).alias(tranche) for tranche in ("poll", "late")
    ).drop("reports")


def _whole_counties(units: pl.DataFrame, needed: float, rng: np.random.Generator) -> pl.DataFrame:
    counties = units.group_by("county").agg(polls=pl.col("polls").sum().cast(pl.Float64)).sort("county")
    shuffled = counties[rng.permutation(counties.height)]
    before = pl.col("polls").cum_sum() - pl.col("polls")
    chosen = shuffled.filter(before < needed)[: max(counties.height - 1, 0)]
    return units.join(chosen, on="county", how="semi").select(_UNIT).sort(_UNIT)


def _position(stage: Stage) -> tuple[int, int]:
    return (ORDERS.index(stage.order) if stage.order else -1, stage.share)
