"""Expected voters by cohort and by whatever voters can be told apart by, with intervals: what ``--by`` asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout.electorate.model import Electorate, centred
from turnout.electorate.specification import Specification
from turnout.errors import UsageError
from turnout.vocabulary import COHORTS, GROUPS, TRANCHES
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
#: What voters can be told apart by. ``prior`` is how they voted in the comparable election, ``new`` whether they
#: registered since; ``sql/electorate/attributes.sql`` defines the others.
DIMENSIONS: Final[tuple[str, ...]] = ("group", "county", "precinct", "party", "age", "sex", "prior", "new")
#: What is tabulated: those registered, the early ballots accepted so far, and the three cohorts.
TABULATED: Final[tuple[str, ...]] = ("registered", "accepted", *TRANCHES)
#: Cells drawn at a time, to bound memory.
_CHUNK = 2000
#: Values of a dimension beyond which it tells voters, not groups, if most are of fewer voters than so many.
_MANY_VALUES: Final = 50
_FEWEST_OF_A_VALUE: Final = 10


@dataclass(frozen=True)
class _Spread:
    """How far levels depart: the sd of a share s is scale × sqrt(s (1 − s)), and that of its log ``change``."""

    scale: float
    change: Floats

    def sd(self, sums: Floats) -> Floats:
        """Sd of the log of each level's count, of ``sums`` expected."""
        share = np.clip(sums / max(float(sums.sum()), 1e-12), 1e-5, 1)
        relative = np.where(self.change > 0, self.scale**2 * (1 - share) / share, 0) + self.change**2
        return np.asarray(np.minimum(np.sqrt(np.log1p(relative)), 1.2))


@dataclass(frozen=True)
class _Level:
    """A dimension's levels: ``code`` (cells,) of each cell, their number, and how they spread in each cohort.

    ``spread`` is None of groups, which the electorate draws itself.
    """

    code: npt.NDArray[np.int64]
    count: int
    spread: Mapping[str, _Spread] | None


def by(
    workspace: Workspace,
    electorate: Electorate,
    dimensions: tuple[str, ...],
    spec: Specification,
    draws: int,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Tabulate the cohorts by the dimensions asked for, with 90 % intervals.

    Needs what :func:`turnout.electorate.build` left in the workspace. A precinct is told apart within its county.

    Returns
    -------
    Frame ``cohort`` (of TABULATED), a column a dimension, ``expected, lo90, hi90, share, index, per_1000``, ordered
    by cohort and dimensions (groups as the vocabulary has them). ``share`` is of the cohort, ``index`` the share over
    that of the registered, ``per_1000`` the expected voters per thousand registered of the same cell; null where
    there is nothing to divide by. Cells in which nobody is registered are left out.

    Raises
    ------
    UsageError
        If a dimension is not known, or none is given.
    """
    asked = check(dimensions)
    workspace.execute("electorate/attributes", date=electorate.date, comparable=electorate.comparable)
    if "group" in asked:
        workspace.execute("electorate/celled_by", by=list(asked))
        workspace.execute("electorate/celled_by_asked")
        workspace.execute("electorate/tranche_sums")
        cells = _wide(workspace.query("electorate/expected_by_group"), asked)
    else:
        cells = _wide(workspace.query("electorate/expected_by", by=list(asked)), asked)
    _refuse_labels(cells, asked)
    levels = _levels(cells, asked, spec, workspace.table("places").select("county", "precinct", "reported"))
    low, high = _intervals(cells, levels, electorate, draws, rng)
    return pl.concat(
        _cohort(cells, asked, cohort, low[:, index], high[:, index]) for index, cohort in enumerate(TABULATED)
    )


def _refuse_labels(cells: pl.DataFrame, asked: tuple[str, ...]) -> None:
    """Refuse to tabulate by what tells voters apart, not groups of them: its values would name them.

    Raises
    ------
    UsageError
        If most values of a dimension, of many, are of fewer than ten voters.
    """
    for name in asked:
        sizes = cells.group_by(name).agg(pl.col("expected_registered").sum())["expected_registered"]
        few = int((sizes < _FEWEST_OF_A_VALUE).sum())
        if len(sizes) > _MANY_VALUES and 2 * few > len(sizes):
            raise UsageError(
                f"--by {name}: {few:,} of its {len(sizes):,} values are of fewer than {_FEWEST_OF_A_VALUE} voters, so"
                " it tells voters, not groups. See whether the layout takes the right column for it."
            )


def _cohort(cells: pl.DataFrame, asked: tuple[str, ...], cohort: str, low: Floats, high: Floats) -> pl.DataFrame:
    """Rows of one cohort."""
    expected, registered = pl.col(f"expected_{cohort}"), pl.col("expected_registered")
    share = pl.when(expected.sum() > 0).then(expected / expected.sum())
    return cells.select(
        pl.lit(cohort).alias("cohort"),
        *asked,
        expected.alias("expected"),
        pl.Series("lo90", low),
        pl.Series("hi90", high),
        share.alias("share"),
        (share / (registered / registered.sum())).alias("index"),
        (1000 * expected / registered).alias("per_1000"),
    )


def check(dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the dimensions in their order, the county before a precinct.

    Raises
    ------
    UsageError
        If one is not known, or there is none.
    """
    unknown = [name for name in dimensions if name not in DIMENSIONS]
    if unknown or not dimensions:
        raise UsageError(f"--by {unknown[0] if unknown else '(nothing)'}: choose from {', '.join(DIMENSIONS)}.")
    wanted = {*dimensions, *({"county"} if "precinct" in dimensions else ())}
    return tuple(name for name in DIMENSIONS if name in wanted)


def _wide(found: pl.DataFrame, asked: tuple[str, ...]) -> pl.DataFrame:
    """One row a cell, columns ``expected_<cohort>`` and ``variance_<cohort>``, in the vocabulary's order."""
    found = found.select(*asked, "tranche", "expected", "variance")
    wide = found.pivot(on="tranche", index=list(asked), values=["expected", "variance"])
    wide = wide.filter(pl.col("expected_registered") > 0)
    return wide.sort(pl.col(name).cast(pl.Enum(GROUPS)) if name == "group" else pl.col(name) for name in asked)


def _intervals(
    cells: pl.DataFrame, levels: list[_Level], electorate: Electorate, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """5th and 95th percentiles of the drawn counts, each (cells, cohorts).

    A draw is the expectation times the cohort's log-normal total, times a factor for each level that leaves the total
    as it is, times the cell's own sampling noise. Totals and groups are drawn as :func:`turnout.electorate.cohorts`
    does, so that by group alone the intervals are the same.
    """
    expected = cells.select(f"expected_{cohort}" for cohort in TABULATED).to_numpy()
    variance = cells.select(f"variance_{cohort}" for cohort in TABULATED).to_numpy()
    low, high = np.empty_like(expected), np.empty_like(expected)
    totals, groups = electorate.drawn(draws, rng)
    for index, cohort in enumerate(TABULATED):
        column = COHORTS.index("early" if cohort == "accepted" else cohort)
        total = np.ones(draws) if cohort == "accepted" else totals[:, column]
        factors = []
        for level in levels:
            if level.spread is None:
                factors.append(groups[:, :, column])
            else:
                sums: Floats = np.bincount(level.code, expected[:, index], minlength=level.count).astype(float)
                sd = level.spread[cohort].sd(sums)
                factors.append(centred(rng.normal(size=(draws, level.count)) * sd, sums))
        relative = variance[:, index] / np.maximum(expected[:, index], 1e-9) ** 2
        # Who is registered is certain; of what group they are, the group's own sd says, which holds its sampling too.
        certain = cohort == "registered" or ("group" in cells.columns and len(levels) == 1)
        own = np.zeros(len(cells)) if certain else np.sqrt(np.log1p(relative))
        for start in range(0, len(cells), _CHUNK):
            rows = slice(start, start + _CHUNK)
            drawn = np.exp(own[rows] * rng.normal(size=(draws, len(own[rows]))) - own[rows] ** 2 / 2)
            drawn *= total[:, None]
            for level, factor in zip(levels, factors, strict=True):
                drawn *= factor[:, level.code[rows]]
            low[rows, index], high[rows, index] = expected[rows, index] * np.quantile(drawn, [0.05, 0.95], axis=0)
    return np.minimum(low, expected), np.maximum(high, expected)


def _levels(cells: pl.DataFrame, asked: tuple[str, ...], spec: Specification, reported: pl.DataFrame) -> list[_Level]:
    """Return the levels of each dimension asked for; a county has none of its own where precincts are asked for."""
    result = []
    for name in asked:
        if name == "group":
            code = cells["group"].cast(pl.Enum(GROUPS)).to_physical().cast(pl.Int64).to_numpy()
            result.append(_Level(code, len(GROUPS), None))
        elif name != "county" or "precinct" not in asked:
            keys = ["county", "precinct"] if name == "precinct" else [name]
            distinct = cells.select(keys).unique().sort(keys).with_row_index("code")
            coded = cells.select(keys).join(distinct, on=keys, how="left", maintain_order="left")
            known = (
                distinct.join(reported, on=keys, how="left", maintain_order="left") if name == "precinct" else None
            )
            result.append(
                _Level(
                    coded["code"].cast(pl.Int64).to_numpy(),
                    len(distinct),
                    _sds(spec, name, None if known is None else known["reported"].fill_null(False).to_numpy()),
                )
            )
    return result


def _sds(spec: Specification, name: str, reported: npt.NDArray[np.bool_] | None) -> dict[str, _Spread]:
    """How far a level's count departs from expectation in each cohort, given the cohort's total.

    Levels other than groups are known of every voter, so those of the counted are certain. A precinct whose poll
    count is in is certain too.
    """
    own = spec.composition
    poll = spec.totals.precinct_sd if name == "precinct" else own.poll_change
    certain = np.zeros(1, dtype=bool) if reported is None else reported
    return {
        "registered": _Spread(0.0, np.zeros(1)),
        "accepted": _Spread(0.0, np.zeros(1)),
        "early": _Spread(0.0, np.zeros(1)),
        "poll": _Spread(own.poll, np.where(certain, 0.0, poll)),
        "late": _Spread(own.late, np.full(1, own.late_levels)),
    }
