"""A contest's choices as a sequence of two-way splits, so that any number of candidates is one logit at a time.

Choices stand in positions by their counted votes. Split *j* is position *j* against positions 0 … *j*−1 together:
the runner-up against the leader, the third against those two, and so on. Shares put together from splits are
never negative and always sum to one. Choices past the ninth, or under one vote in two hundred, share the last one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import Ballot, Flags, Floats, Integers

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
    weight : (choices,) a choice's part of its position's votes: 1, or its share among the minor ones
    counts : (contests,) number of positions of each contest
    votes : (rows, most, 3) votes by row, position and tranche
    """

    position: Integers
    weight: Floats
    counts: Integers
    votes: Floats

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
    """Give every choice of the ballot its position (choices are already ordered by votes within contests)."""
    choices = ballot.choices.with_columns(votes=ballot.choice_votes().sum(axis=1)).with_columns(
        rank=pl.int_range(pl.len()).over("contest"),
        share=pl.col("votes") / pl.col("votes").sum().over("contest"),
    )
    major = (pl.col("rank") < 2) | ((pl.col("rank") < MOST - 1) & (pl.col("share") >= MINOR))
    choices = choices.with_columns(major=major).with_columns(
        position=pl.when("major").then("rank").otherwise(pl.col("major").sum().over("contest")).cast(pl.Int64)
    )
    together = pl.col("votes").sum().over("contest", "position")
    choices = choices.with_columns(
        weight=pl.when(together > 0)
        .then(pl.col("votes") / together)
        .otherwise(1.0 / pl.len().over("contest", "position"))
    )
    position = choices["position"].to_numpy()
    counts = choices.group_by("contest").agg(pl.col("position").max() + 1).sort("contest")["position"].to_numpy()
    votes = np.zeros((ballot.rows, int(counts.max(initial=1)), 3))
    np.add.at(votes, (ballot.line_row, position[ballot.line_choice]), ballot.votes)
    return Positions(position=position, weight=choices["weight"].to_numpy(), counts=counts, votes=votes)


def signs(ballot: Ballot) -> Floats:
    """Sign of the partisan shift in each contest's first split, shape (contests,).

    +1 where the runner-up is the Democrat and the leader the Republican, −1 the other way round, 0 in any other
    contest: a positive ballot-wide effect is then a shift towards the Democrats.
    """
    first = ballot.choices.group_by("contest", maintain_order=True).agg(pl.col("party_code").head(2)).sort("contest")
    pairs = first["party_code"].list.join("").to_list()
    return np.array([{"RD": 1.0, "DR": -1.0}.get(pair, 0.0) for pair in pairs])


def from_splits(logits: list[Floats]) -> list[Floats]:
    """Turn the logits of splits 1, 2, … into shares by position: one more array than given, summing to 1."""
    shares = [np.ones_like(logits[0])] if logits else []
    for logit in logits:
        own = 1.0 / (1.0 + np.exp(-logit))
        shares = [share * (1.0 - own) for share in shares]
        shares.append(own)
    return shares


def reported_sides(positions: Positions, rows: Integers, split: int, tranche: int) -> tuple[Floats, Floats, Flags]:
    """Empirical logit of a split in a tranche, its sampling variance, and where there are votes enough to say."""
    own, rest = positions.two_sides(rows, split, tranche)
    logit = np.log(own + 0.5) - np.log(rest + 0.5)
    variance = 1.0 / (own + 0.5) + 1.0 / (rest + 0.5)
    return logit, variance, own + rest >= 5
