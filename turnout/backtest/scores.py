"""Scores of replayed contests: error against the count alone, honesty of the intervals, chances of winning.

Contests whose every vote was counted at the stage are left out: there was nothing left to project.

The **ratio** of an election is the mean absolute error of the projection over that of the count alone, both over its
contests. Of several elections it is the mean of theirs: contests of one ballot share their error.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

LEVELS: Final = (50, 80, 90, 95)
#: Elections with fewer contests have a ratio that is mostly chance.
MANY: Final = 10
#: What the count alone says of its leader's chance of winning: 1, but in the log loss this.
NAIVE_CHANCE: Final = 0.99
#: The projection's chance is drawn, and may be 0 or 1; in the log loss it is held this far from both.
LEAST_CHANCE: Final = 0.001

_STAGE: Final = ("stage", "order")
_ELECTION: Final = ("state", "date")

#: Columns of ``summary.csv``. ``by`` says what a row is about: all, a kind of contest, a state, or an election.
SUMMARY: Final[dict[str, pl.DataType]] = {
    "by": pl.String(),
    "kind": pl.String(),
    "state": pl.String(),
    "date": pl.String(),
    "stage": pl.Int64(),
    "order": pl.String(),
    "elections": pl.Int64(),
    "contests": pl.Int64(),
    "ratio": pl.Float64(),
    "ratio_many": pl.Float64(),
    "ratio_worst": pl.Float64(),
    "ratio_worst_many": pl.Float64(),
    "last_shift_ratio": pl.Float64(),
    "uniform_swing_ratio": pl.Float64(),
    "mae": pl.Float64(),
    "naive_mae": pl.Float64(),
    "last_shift_mae": pl.Float64(),
    "uniform_swing_mae": pl.Float64(),
    "rmse": pl.Float64(),
    "naive_rmse": pl.Float64(),
    "bias": pl.Float64(),
    **{f"coverage{level}": pl.Float64() for level in LEVELS},
    "coverage90_elections": pl.Float64(),
    **{f"width{level}": pl.Float64() for level in LEVELS},
    "width90_by_mae": pl.Float64(),
    "wrong": pl.Int64(),
    "naive_wrong": pl.Int64(),
    "brier": pl.Float64(),
    "naive_brier": pl.Float64(),
    "log_loss": pl.Float64(),
    "naive_log_loss": pl.Float64(),
}

_BASELINES: Final = ("last_shift", "uniform_swing")
_VIEWS: Final[dict[str, tuple[str, ...]]] = {
    "all": (),
    "kind": ("kind",),
    "state": ("state",),
    "election": ("state", "date"),
}


def summarise(rows: pl.DataFrame) -> pl.DataFrame:
    """Score replayed contests by stage and order: over all, by kind of contest, by state and by election.

    Parameters
    ----------
    rows : the columns of :data:`turnout.backtest.replay.ROWS`

    Returns
    -------
    The columns of :data:`SUMMARY`. ``ratio`` and the baselines' ratios are means over elections, ``ratio_many`` and
    ``ratio_worst_many`` over those with at least ten contests; ``coverage90_elections`` too is a mean over elections.
    All else is over contests. Errors and widths are shares in [0, 1].
    """
    open_rows = _scored(rows.filter(pl.col("status") != "final"))
    views = []
    for name, keys in _VIEWS.items():
        view = _over_contests(open_rows, keys).join(
            _over_elections(open_rows, keys), on=[*keys, *_STAGE], how="left", nulls_equal=True
        )
        views.append(view.with_columns(by=pl.lit(name)))
    together = pl.concat(views, how="diagonal")
    place = pl.col("by").replace_strict({name: number for number, name in enumerate(_VIEWS)}, return_dtype=pl.Int64)
    return (
        together.with_columns(
            pl.lit("").alias(name) for name in ("kind", "state", "date") if name not in together.columns
        )
        .with_columns(pl.col("kind", "state", "date").fill_null(""))
        .sort(place, "kind", "state", "date", pl.col("order").replace("random", "a"), "stage")
        .select(pl.col(name).cast(kind) for name, kind in SUMMARY.items())
    )


def _scored(rows: pl.DataFrame) -> pl.DataFrame:
    """Errors, hits and losses of each contest, in the order of the contests."""
    chance = pl.col("count_leader_chance")
    held = chance.clip(LEAST_CHANCE, 1 - LEAST_CHANCE)
    won = pl.col("count_leader") == pl.col("leader")
    covers = {
        f"coverage{level}": pl.col("truth").is_between(pl.col(f"lo{level}"), pl.col(f"hi{level}")) for level in LEVELS
    }
    return rows.sort(*_ELECTION, *_STAGE, "contest").with_columns(
        error=pl.col("projected_share") - pl.col("truth"),
        naive_error=pl.col("counted_share") - pl.col("truth"),
        last_shift_error=pl.col("last_shift_share") - pl.col("truth"),
        uniform_swing_error=pl.col("uniform_swing_share") - pl.col("truth"),
        **covers,
        **{f"width{level}": pl.col(f"hi{level}") - pl.col(f"lo{level}") for level in LEVELS},
        wrong=pl.col("projected_leader") != pl.col("leader"),
        naive_wrong=~won,
        brier=(chance - won.cast(pl.Float64)) ** 2,
        naive_brier=(1.0 - won.cast(pl.Float64)) ** 2,
        log_loss=-pl.when(won).then(held).otherwise(1 - held).log(),
        naive_log_loss=-pl.when(won).then(pl.lit(NAIVE_CHANCE)).otherwise(pl.lit(1 - NAIVE_CHANCE)).log(),
    )


def _over_contests(scored: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    return (
        scored.group_by(*keys, *_STAGE, maintain_order=True)
        .agg(
            contests=pl.len().cast(pl.Int64),
            mae=pl.col("error").abs().mean(),
            naive_mae=pl.col("naive_error").abs().mean(),
            last_shift_mae=pl.col("last_shift_error").abs().mean(),
            uniform_swing_mae=pl.col("uniform_swing_error").abs().mean(),
            rmse=pl.col("error").pow(2).mean().sqrt(),
            naive_rmse=pl.col("naive_error").pow(2).mean().sqrt(),
            bias=pl.col("error").mean(),
            **{name: pl.col(name).mean() for level in LEVELS for name in (f"coverage{level}", f"width{level}")},
            **{name: pl.col(name).sum().cast(pl.Int64) for name in ("wrong", "naive_wrong")},
            **{name: pl.col(name).mean() for name in ("brier", "naive_brier", "log_loss", "naive_log_loss")},
        )
        .with_columns(width90_by_mae=pl.col("width90") / pl.col("mae"))
    )


def _over_elections(scored: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return means over elections, each counting once, of the ratio to the count alone and of 90 % coverage."""
    by_election = list(dict.fromkeys((*keys, *_ELECTION, *_STAGE)))
    naive = pl.col("naive_error").abs().sum()
    ratio = {
        name: pl.when(naive > 0).then(pl.col(f"{prefix}error").abs().sum() / naive)
        for name, prefix in {"ratio": "", **{f"{base}_ratio": f"{base}_" for base in _BASELINES}}.items()
    }
    elections = scored.group_by(by_election, maintain_order=True).agg(
        many=pl.len() >= MANY, coverage90=pl.col("coverage90").mean(), **ratio
    )
    of_many = pl.col("ratio").filter("many")
    return elections.group_by(*keys, *_STAGE, maintain_order=True).agg(
        pl.col("ratio", "last_shift_ratio", "uniform_swing_ratio").mean(),
        elections=pl.len().cast(pl.Int64),
        ratio_many=of_many.mean(),
        ratio_worst=pl.col("ratio").max(),
        ratio_worst_many=of_many.max(),
        coverage90_elections=pl.col("coverage90").mean(),
    )
