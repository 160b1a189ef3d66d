"""A contest's choices as a sequence of two-way splits, so that any number of candidates is one logit at a time.

Choices stand in positions by their counted votes. Split *j* is position *j* against positions 0 … *j*−1 together:
the runner-up against the leader, the third against those two, and so on. Shares put together from splits are
never negative and always sum to one. Choices past the ninth, or under one vote in two hundred, share the last one.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from scipy import sparse

from turnout.projection.ballot import EARLY, Ballot, Flags, Floats, Integers

#: Positions a contest may have, the last being shared by all minor choices.
MOST: Final = 10
#: Share of the counted votes below which a choice is minor.
MINOR: Final = 0.005


@dataclass(frozen=True)
class Positions:
    """Where each choice of a ballot stands, and the votes seen from there.

    Attributes
    ----------
    position : (choices,) position of each choice in its contest
    counts : (contests,) number of positions of each contest
    votes : (rows, most, 3) votes by row, position and tranche
    parts : (choices, counties in contests) a choice's part of its position's votes there: 1, or its share among the
        spellings of a candidate or among minor candidates
    """

    position: Integers
    counts: Integers
    votes: Floats
    parts: sparse.csr_array

    @property
    def most(self) -> int:
        """Positions of the contest that has most of them."""
        return int(self.votes.shape[1])

    def rows_with(self, ballot: Ballot, split: int) -> Integers:
        """Return the rows whose contest has the given split (1 or more)."""
        return np.flatnonzero(self.counts[ballot.row_contest] > split)

    def two_sides(self, rows: Integers | slice, split: int, tranche: int) -> tuple[Floats, Floats]:
        """Votes of a split's own position and of all before it, each of shape (rows given,)."""
        votes = self.votes[rows, :, tranche]
        return votes[:, split], votes[:, :split].sum(axis=1)


def place(ballot: Ballot) -> Positions:
    """Give every candidate of the ballot a position by counted votes; spellings of one candidate share it."""
    choices = ballot.choices.with_columns(votes=ballot.choice_votes().sum(axis=1)).with_columns(
        together=pl.col("votes").sum().over("person"), first=pl.col("person") == pl.int_range(pl.len())
    )
    order = pl.struct(-pl.col("together"), "person")
    choices = choices.with_columns(
        rank=order.rank("dense").over("contest").cast(pl.Int64) - 1,
        share=pl.col("together") / pl.col("votes").sum().over("contest"),
    )
    major = (pl.col("rank") < 2) | ((pl.col("rank") < MOST - 1) & (pl.col("share") >= MINOR))
    choices = choices.with_columns(major=major).with_columns(
        position=pl.when("major")
        .then("rank")
        .otherwise((pl.col("major") & pl.col("first")).sum().over("contest"))
        .cast(pl.Int64)
    )
    position = choices["position"].to_numpy()
    counts = choices.group_by("contest").agg(pl.col("position").max() + 1).sort("contest")["position"].to_numpy()
    votes = _votes(ballot, position, int(counts.max(initial=1)))
    return Positions(position=position, counts=counts, votes=votes, parts=_parts(ballot, position))


def recount(placed: Positions, ballot: Ballot) -> Positions:
    """Return the same positions with the votes of ``ballot``: the one they were given in, with more of it counted."""
    return replace(placed, votes=_votes(ballot, placed.position, placed.most))


def _votes(ballot: Ballot, position: Integers, most: int) -> Floats:
    seat = ballot.line_row * most + position[ballot.line_choice]
    votes = [np.bincount(seat, ballot.votes[:, tranche], ballot.rows * most) for tranche in range(3)]
    return np.stack(votes, axis=1, dtype=np.float64).reshape(ballot.rows, most, 3)


def _parts(ballot: Ballot, position: Integers) -> sparse.csr_array:
    """Return each choice's part of its position's votes to come, shape (choices, counties in contests).

    By its early votes there, else by its votes there, else by its votes anywhere: where a spelling is used, and
    where a minor candidate has votes, tells who gets the votes still to come there.
    """
    contest = ballot.choices["contest"].to_numpy()
    place = ballot.county_in_contest
    places = int(place.max(initial=-1)) + 1
    of_place = np.zeros(places, dtype=np.int64)
    of_place[place] = ballot.row_contest
    # every choice of a contest in every county of it
    first = np.searchsorted(contest, np.arange(len(ballot.contests) + 1))
    many = np.diff(first)[of_place]
    at = np.repeat(np.arange(places), many)
    choice = first[of_place[at]] + np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    _, seat = np.unique(at * MOST + position[choice], return_inverse=True)
    weight = 1.0 / np.bincount(seat)[seat]
    line = (ballot.line_choice, place[ballot.line_row])
    here, early = (
        np.asarray(sparse.csr_array((votes, line), shape=(len(contest), places))[choice, at]).ravel()
        for votes in (ballot.votes.sum(axis=1), ballot.votes[:, EARLY])
    )
    for own in (ballot.choice_votes().sum(axis=1)[choice], here, early):
        together = np.bincount(seat, own)[seat]
        weight = np.where(together > 0, own / np.maximum(together, 1e-12), weight)
    return sparse.csr_array((weight, (choice, at)), shape=(len(contest), places))


def signs(ballot: Ballot) -> Floats:
    """Sign of the partisan shift in each contest's first split, shape (contests,).

    +1 where the runner-up is the Democrat and the leader the Republican, −1 the other way round, 0 in any other
    contest: a positive ballot-wide effect is then a shift towards the Democrats.
    """
    return np.array([{"RD": 1.0, "DR": -1.0}.get(pair, 0.0) for pair in ballot.leading_parties])


def reported_sides(own: Floats, rest: Floats) -> tuple[Floats, Floats, Flags]:
    """Empirical logit of a split's two sides, its sampling variance, and where there are votes enough to say."""
    logit = np.log(own + 0.5) - np.log(rest + 0.5)
    variance = 1.0 / (own + 0.5) + 1.0 / (rest + 0.5)
    return logit, variance, own + rest >= 5
