"""From draws of the final count to the rows of ``projection.csv``: shares, intervals, win probability, abstention."""

from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import Ballot, Floats
from turnout.projection.engine import contest_sums

#: Levels of the intervals that are published.
LEVELS: Final = (50, 80, 90, 95)
#: Votes that must be counted in a contest before anything is said of it.
FEWEST: Final = 50


def shares(ballot: Ballot, votes: Floats) -> Floats:
    """Each choice's share of its contest's votes, draw by draw: (choices, draws); 0 where there are no votes."""
    total = contest_sums(ballot) @ votes
    return np.asarray(votes / np.maximum(total, 1e-12)[ballot.choices["contest"].to_numpy()])


def table(ballot: Ballot, votes: Floats) -> pl.DataFrame:
    """One row a contest × candidate, with the columns of ``projection.csv``.

    ``votes``: (choices, draws) of the final count. Contests stand by name, candidates by projected share.
    """
    contest = ballot.choices["contest"].to_numpy()
    counted = ballot.choice_votes().sum(axis=1)
    total = np.bincount(contest, counted, len(ballot.contests)).astype(np.float64)
    drawn = shares(ballot, votes)
    status, reason = _status(ballot, total)
    frame = ballot.choices.select(
        contest=pl.Series([ballot.contests[number] for number in contest], dtype=pl.String),
        candidate="candidate",
        party="party",
    ).with_columns(
        counted_votes=pl.Series(counted).round().cast(pl.Int64),
        counted_share=pl.Series(counted / np.where(total > 0, total, np.nan)[contest], nan_to_null=True),
        projected_votes=pl.Series(votes.mean(axis=1)).round().cast(pl.Int64),
        projected_share=pl.Series(drawn.mean(axis=1)),
        **_intervals(drawn),
        win_probability=pl.Series(_win_probability(ballot, votes)),
        status=pl.Series(status[contest]),
        reason=pl.Series(reason[contest]),
    )
    said = [name for name in frame.columns if name.startswith(("projected", "lo", "hi", "win"))]
    silent = pl.col("status") == "abstained"
    return frame.with_columns(pl.when(~silent).then(pl.col(name)).alias(name) for name in said).sort(
        "contest",
        pl.col("projected_share").fill_null(-1.0),
        "counted_votes",
        "candidate",
        descending=[False, True, True, False],
    )


def leaders(ballot: Ballot, votes: Floats) -> Floats:
    """Draws of the final share of each contest's expected leader, shape (contests, draws)."""
    drawn = shares(ballot, votes)
    mean = drawn.mean(axis=1)
    contest = ballot.choices["contest"].to_numpy()
    order = np.lexsort((-mean, contest))
    first = order[np.searchsorted(contest[order], np.arange(len(ballot.contests)))]
    return np.asarray(drawn[first])


def _intervals(drawn: Floats) -> dict[str, pl.Series]:
    columns = {}
    for level in LEVELS:
        tail = (1 - level / 100) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail], axis=1)
        columns[f"lo{level}"], columns[f"hi{level}"] = pl.Series(low), pl.Series(high)
    return columns


def _win_probability(ballot: Ballot, votes: Floats) -> Floats:
    """Share of draws in which a choice has the most votes of its contest; a tie is shared."""
    contest = ballot.choices["contest"].to_numpy()
    starts = np.searchsorted(contest, np.arange(len(ballot.contests)))
    best = np.maximum.reduceat(votes, starts, axis=0)
    wins = votes >= best[contest]
    tied = np.add.reduceat(wins.astype(float), starts, axis=0)
    return np.asarray((wins / tied[contest]).mean(axis=1))


def _status(ballot: Ballot, total: Floats) -> tuple[np.ndarray, np.ndarray]:
    """Say of each contest whether it is final, projected or abstained from, and why."""
    open_rows = np.bincount(ballot.row_contest, ballot.outstanding().any(axis=1).astype(float), len(ballot.contests))
    status = np.where(open_rows == 0, "final", "projected").astype(object)
    reason = np.where(open_rows == 0, "every vote that the files expect is counted", "").astype(object)
    few = (total < FEWEST) & (open_rows > 0)
    status[few] = "abstained"
    reason[few] = [f"only {votes:.0f} votes are counted, fewer than {FEWEST}" for votes in total[few]]
    return status, reason
