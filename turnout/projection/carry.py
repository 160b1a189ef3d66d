"""What the early count alone leads to expect at the polls, precinct by precinct, before any shift.

Used where there is no voter file: each unit is expected to vote at the polls as it voted early, its early share being
partly pooled with its county's and the contest's; and as many are expected to vote there as voted early, times a
ratio that :mod:`turnout.projection.polls` learns.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from turnout.projection.ballot import EARLY, Ballot, Flags, Floats, Integers
from turnout.projection.baseline import Baseline
from turnout.projection.late import LateSpec
from turnout.projection.positions import Positions

#: Early votes of the county's (contest's) share that a unit's (county's) own votes are weighed against. Medians of
#: the beta-binomial concentration within counties of general elections lie between 10 and 40.
COUNTY_STRENGTH: Final = 20.0
UNIT_STRENGTH: Final = 15.0


@dataclass(frozen=True)
class EarlyCarry:
    """The expectation of a ballot without a voter file (see :class:`turnout.projection.polls.Expectation`)."""

    ballot: Ballot
    positions: Positions
    log_poll: Floats
    log_late: Floats
    late_with_poll: bool = True

    def logit(self, rows: Integers, split: int) -> Floats:
        """Return the logit of a split expected at the polls: the early one, shape (rows given,)."""
        return early_logit(self.ballot, self.positions, rows, split)

    def logit_draws(self, rows: Integers, split: int, tranche: int) -> Floats:  # noqa: ARG002 - the same for all
        """Return the same as a column, for it does not vary: shape (rows given, 1)."""
        return self.logit(rows, split)[:, None]

    def count_draws(self, rows: Integers, tranche: int) -> Floats:  # noqa: ARG002
        """Log of the votes expected at the polls, shape (rows given, 1); late votes follow them."""
        return self.log_poll[rows, None]

    def only(self, components: Collection[str]) -> "EarlyCarry":  # noqa: ARG002
        """Return itself: nothing in it varies."""
        return self


def expect(ballot: Ballot, positions: Positions, baseline: Baseline, late: LateSpec) -> EarlyCarry:
    """Build the expectation from the early count and, for late votes, the past election's ratio of them."""
    early = effective_early(ballot, baseline.poll)
    log_poll = np.log(np.maximum(early, 1e-9))
    ratio = baseline.log_late_ratio if np.isfinite(baseline.log_late_ratio) else late.log_ratio_mean
    return EarlyCarry(ballot, positions, log_poll, log_poll + ratio)


def early_logit(ballot: Ballot, positions: Positions, rows: Integers, split: int) -> Floats:
    """Partly pooled logit of a split among early votes, shape (rows given,).

    Beta-binomial shrinkage in two steps: the county towards the contest, the unit towards its county.
    """
    own, rest = positions.two_sides(rows, split, EARLY)
    contest = ballot.row_contest[rows]
    place = _county_in_contest(ballot, rows)
    contest_share = (_add(own, contest) + 0.5) / (_add(own + rest, contest) + 1.0)
    of_place = np.zeros(place.max(initial=-1) + 1, dtype=np.int64)
    of_place[place] = contest
    prior = contest_share[of_place]
    county_share = (_add(own, place) + COUNTY_STRENGTH * prior) / (_add(own + rest, place) + COUNTY_STRENGTH)
    share = (own + UNIT_STRENGTH * county_share[place]) / (own + rest + UNIT_STRENGTH)
    return np.asarray(np.log(share) - np.log1p(-share))


def effective_early(ballot: Ballot, baseline_poll: Floats) -> Floats:
    """Early votes each row stands for when its poll vote is expected, shape (rows,).

    Early votes counted at sites or county-wide (pseudo-precincts) belong to voters who live, and will vote at the
    polls, in the county's real precincts: they are handed to those in proportion to their own early votes and their
    past poll votes. Where a county has no real precinct its pseudo-precincts keep their votes.
    """
    early = ballot.row_votes()[:, EARLY]
    pseudo = pseudo_rows(ballot)
    if not pseudo.any():
        return early
    place = _county_in_contest(ballot, np.arange(ballot.rows))
    size = np.where(pseudo, 0.0, early + baseline_poll[ballot.row_unit] + 1.0)
    has_real = _add(size, place)[place] > 0
    pooled = _add(np.where(pseudo & has_real, early, 0.0), place)[place]
    handed = pooled * size / np.maximum(_add(size, place)[place], 1.0)
    return np.where(pseudo & has_real, 0.0, early + handed)


def pseudo_rows(ballot: Ballot) -> Flags:
    """Return the rows of units that only count votes cast elsewhere, shape (rows,).

    The reader marks units by name. A unit that holds more than half of its county's early vote while at least four
    others of the county have none is one too, whatever it is called.
    """
    named = ~ballot.units["is_real_unit"].to_numpy()[ballot.row_unit]
    early = ballot.row_votes()[:, EARLY]
    place = _county_in_contest(ballot, np.arange(ballot.rows))
    without = _add((early == 0).astype(float), place)[place]
    units = _add(np.ones(ballot.rows), place)[place]
    holds_most = early > 0.5 * _add(early, place)[place]
    return named | (holds_most & (without >= 4) & (without > 0.5 * units))


def _add(values: Floats, index: Integers) -> Floats:
    return np.bincount(index, values).astype(np.float64)


def _county_in_contest(ballot: Ballot, rows: Integers) -> Integers:
    """Return a number for each pair of contest and county among the rows: shape (rows given,)."""
    county = ballot.units["county_key"].rank("dense").to_numpy().astype(np.int64)[ballot.row_unit[rows]]
    _, place = np.unique(ballot.row_contest[rows] * (county.max(initial=0) + 1) + county, return_inverse=True)
    return place.astype(np.int64)
