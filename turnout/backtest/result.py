"""What a finished backtest holds."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Backtest:
    """Every contest replayed, the scores, what was left out and what it rests on.

    Attributes
    ----------
    rows : the columns of :data:`turnout.backtest.replay.ROWS`, one row a contest × stage × order
    summary : the columns of :data:`turnout.backtest.scores.SUMMARY`
    skipped : state, date, stage, order, reason: elections without a contest that counts, stages that cannot be had
    provenance : versions, seed, draws, inputs, models and code by hash
    """

    rows: pl.DataFrame
    summary: pl.DataFrame
    skipped: pl.DataFrame
    provenance: dict[str, object]
