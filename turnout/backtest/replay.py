"""One past election stopped at one stage of its count, and projected from what was known then."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from turnout.backtest import baselines
from turnout.backtest.contests import counting
from turnout.backtest.stages import Stage, generator, mask, reported
from turnout.projection import ballot as ballots
from turnout.projection import baseline, summary
from turnout.projection.ballot import POLL, Ballot, Floats
from turnout.projection.priors import Priors
from turnout.projection.project import fit

_INTERVALS: Final = tuple(f"{end}{level}" for level in summary.LEVELS for end in ("lo", "hi"))

#: Columns of a replay's rows, one row a contest that counts: all that is needed to score them again.
#: Shares, intervals and ``win_probability`` are those of ``leader``, the candidate with the most votes in the end.
ROWS: Final[dict[str, pl.DataType]] = {
    "state": pl.String(),
    "date": pl.String(),
    "stage": pl.Int64(),
    "order": pl.String(),
    "contest": pl.String(),
    "kind": pl.String(),
    "status": pl.String(),
    "past_election": pl.String(),
    "candidates": pl.Int64(),
    "precincts": pl.Int64(),
    "reported_precincts": pl.Int64(),
    "votes": pl.Int64(),
    "counted_votes": pl.Int64(),
    "leader": pl.String(),
    "party": pl.String(),
    "truth": pl.Float64(),
    "counted_share": pl.Float64(),
    "projected_share": pl.Float64(),
    **{name: pl.Float64() for name in _INTERVALS},
    "win_probability": pl.Float64(),
    "last_shift_share": pl.Float64(),
    "uniform_swing_share": pl.Float64(),
    "count_leader": pl.String(),
    "count_leader_chance": pl.Float64(),
    "projected_leader": pl.String(),
}


@dataclass(frozen=True)
class Replay:
    """An election, the stage its count is stopped at, and how it is projected."""

    state: str
    date: dt.date
    stage: Stage
    seed: int
    draws: int

    def generator(self, purpose: str) -> np.random.Generator:
        """Return the generator of the reporting order or, with the stage, of the draws."""
        names = [self.state, self.date.isoformat(), self.stage.order, purpose]
        return generator(self.seed, *names, *([str(self.stage.share)] if purpose == "draws" else []))


def replay(asked: Replay, lines: pl.DataFrame, past: pl.DataFrame, learned: Priors | None = None) -> pl.DataFrame:
    """Project every contest from what was known at the stage, and return those that count beside their outcome.

    Parameters
    ----------
    lines : full count of the election, the rows of ``sql/projection/lines.sql``
    past : rows of ``sql/projection/past_units.sql`` of its state; those not before its date are not looked at
    learned : priors in place of the shipped ones

    Returns
    -------
    The columns of :data:`ROWS`. Empty where the stage cannot be had: whole counties of a ballot in one county.
    """
    outcomes = counting(lines)
    reporting = reported(lines, asked.stage, asked.generator("order"))
    if outcomes.is_empty() or (asked.stage.share and reporting.is_empty()):
        return pl.DataFrame(schema=ROWS)
    earlier = past.filter(pl.col("election_date") < asked.date)
    rng = asked.generator("draws")
    with threadpool_limits(1):  # the order of additions, and so the last digit, must not depend on the cores
        ballot = ballots.build(mask(lines, reporting))
        compared = baseline.build(earlier, ballot)
        model = fit(ballot, compared, None, asked.draws, rng, learned)
        scored = set(outcomes["contest"])
        wanted = {number for number, name in enumerate(ballot.contests) if name in scored}
        table = summary.table(ballot, model.draw(asked.draws, rng, contests=wanted))
    beside = {
        "last_shift_share": baselines.last_shift(ballot, compared, earlier),
        "uniform_swing_share": baselines.uniform_swing(ballot, compared),
    }
    rows = _beside_outcomes(outcomes, table, _by_choice(ballot, beside)).join(_reported(ballot), on="contest")
    return rows.select(
        state=pl.lit(asked.state),
        date=pl.lit(asked.date.isoformat()),
        stage=pl.lit(asked.stage.share, pl.Int64),
        order=pl.lit(asked.stage.order),
        past_election=pl.lit(compared.date),
        **{name: pl.col(name) for name in ROWS if name in rows.columns},
    ).select(pl.col(name).cast(kind) for name, kind in ROWS.items())


def _beside_outcomes(outcomes: pl.DataFrame, table: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
    """Join what was projected of each contest's eventual leader to the outcome; one row a contest, by name."""
    contests = table.group_by("contest", maintain_order=True).agg(
        pl.col("counted_votes").sum().alias("counted_votes"),
        count_leader=_top("candidate", "counted_votes"),
        count_leader_chance=_top("win_probability", "counted_votes"),
        projected_leader=_top("candidate", "projected_share"),
    )
    lines = table.select(
        "contest", "candidate", "status", "counted_share", "projected_share", *_INTERVALS, "win_probability"
    )
    return (
        outcomes.join(lines, left_on=["contest", "leader"], right_on=["contest", "candidate"], maintain_order="left")
        .join(beside, left_on=["contest", "leader"], right_on=["contest", "candidate"], maintain_order="left")
        .join(contests, on="contest", maintain_order="left")
    )


def _top(column: str, by: str) -> pl.Expr:
    """Return a column's value in the row where ``by`` is largest; names break ties, so that order does not matter."""
    return pl.col(column).sort_by(pl.col(by).fill_null(-1.0), "candidate", descending=[True, False]).first()


def _by_choice(ballot: Ballot, columns: dict[str, Floats]) -> pl.DataFrame:
    names = pl.Series(ballot.contests, dtype=pl.String)[ballot.choices["contest"].to_numpy()]
    return ballot.choices.select("candidate").with_columns(
        contest=names, **{name: pl.Series(values) for name, values in columns.items()}
    )


def _reported(ballot: Ballot) -> pl.DataFrame:
    """Count the precincts of each contest whose polls have reported."""
    count = np.bincount(ballot.row_contest, ballot.reported[:, POLL].astype(float), len(ballot.contests))
    return pl.DataFrame({"contest": ballot.contests, "reported_precincts": count.astype(np.int64)})
