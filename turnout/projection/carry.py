"""What the early count alone leads to expect at the polls, precinct by precinct, before any shift.

Used where there is no voter file: each unit is expected to vote at the polls as it voted early, its early share being
partly pooled with its county's and the contest's; and as many are expected to vote there as voted early, times a
ratio that :mod:`turnout.projection.polls` learns.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from turnout.projection.ballot import EARLY, Ballot, Floats, Integers
from turnout.projection.baseline import Baseline
from turnout.projection.late import LateSpec
from turnout.projection.positions import Positions
from turnout.projection.sites import AtHome

#: Concentration (votes) expected of counties within a contest and of units within a county, and how many of them it
#: takes for a contest's own spread to count as much. Medians over general elections lie between 10 and 40 votes.
COUNTY_CONCENTRATION: Final = 30.0
UNIT_CONCENTRATION: Final = 25.0
_COUNTIES_TO_TELL: Final = 6.0
_UNITS_TO_TELL: Final = 10.0


@dataclass(frozen=True)
class PooledEarly:
    """Early logits of every split, partly pooled (arrays over rows × positions; 0 where a row has no such split).

    Attributes
    ----------
    contest, county, unit : the contest's logit, its county's drawn towards the contest's, and the unit's drawn
        towards its county's, each as far as their own votes say little
    sd : of what is not known of the unit's, for it rests on few votes
    """

    contest: Floats
    county: Floats
    unit: Floats
    sd: Floats


@dataclass(frozen=True)
class EarlyCarry:
    """The expectation of a ballot without a voter file (see :class:`turnout.projection.polls.Expectation`)."""

    early: PooledEarly
    log_poll: Floats
    log_late: Floats
    late_with_poll: bool = True

    def logit(self, rows: Integers, split: int) -> Floats:
        """Return the logit of a split expected at the polls: the early one, shape (rows given,)."""
        return np.asarray(self.early.unit[rows, split])

    def logit_draws(self, rows: Integers, split: int, tranche: int) -> Floats:  # noqa: ARG002 - the same for all
        """Return the same as a column, for it does not vary: shape (rows given, 1)."""
        return self.logit(rows, split)[:, None]

    def count_draws(self, rows: Integers, tranche: int) -> Floats:  # noqa: ARG002
        """Log of the votes expected at the polls, shape (rows given, 1); late votes follow them."""
        return self.log_poll[rows, None]

    def only(self, components: Collection[str]) -> "EarlyCarry":  # noqa: ARG002
        """Return itself: nothing in it varies."""
        return self


def expect(early: PooledEarly, home: AtHome, baseline: Baseline, late: LateSpec) -> EarlyCarry:
    """Build the expectation from the early count and, for late votes, the past election's ratio of them."""
    log_poll = np.log(np.maximum(home.votes, 1e-9))
    ratio = baseline.log_late_ratio if np.isfinite(baseline.log_late_ratio) else late.log_ratio_mean
    return EarlyCarry(early, log_poll, log_poll + ratio)


def pool(ballot: Ballot, positions: Positions) -> PooledEarly:
    """Pool the early votes of every split: beta-binomial, the county towards the contest, the unit to its county.

    How far is learned from each contest's own spread between counties and between units (method of moments), itself
    drawn towards what contests usually show where there are few of them.
    """
    pooled = PooledEarly(*(np.zeros((ballot.rows, positions.most)) for _ in range(4)))
    for split in range(1, positions.most):
        rows = positions.rows_with(ballot, split)
        own, rest = positions.two_sides(rows, split, EARLY)
        total, contest, place = own + rest, ballot.row_contest[rows], ballot.county_in_contest[rows]
        contest_share = (_add(own, contest) + 0.5) / (_add(total, contest) + 1.0)
        of_place = np.zeros(place.max(initial=-1) + 1, dtype=np.int64)
        of_place[place] = contest
        county_own, county_total = _add(own, place), _add(total, place)
        centre = contest_share[of_place]
        strength = _strength(county_own, county_total, centre, of_place, COUNTY_CONCENTRATION, _COUNTIES_TO_TELL)
        county_share = (county_own + strength * centre) / (county_total + strength)
        centre = county_share[place]
        strength = _strength(own, total, centre, contest, UNIT_CONCENTRATION, _UNITS_TO_TELL)
        unit_share = (own + strength * centre) / (total + strength)
        pooled.contest[rows, split] = logit(contest_share[contest])
        pooled.county[rows, split] = logit(centre)
        pooled.unit[rows, split] = logit(unit_share)
        pooled.sd[rows, split] = 1.0 / np.sqrt((total + strength) * unit_share * (1.0 - unit_share))
    return pooled


def logit(share: Floats) -> Floats:
    """Log odds of shares strictly between 0 and 1."""
    return np.asarray(np.log(share) - np.log1p(-share))


def _strength(own: Floats, total: Floats, centre: Floats, contest: Integers, usual: float, to_tell: float) -> Floats:
    """Beta-binomial concentration of each part's contest, shape (parts,).

    With ρ = 1 / (1 + concentration), E[n (p − centre)² / (centre (1 − centre))] = 1 + (n − 1) ρ for n votes.
    """
    tells = (total >= 5).astype(np.float64)
    distance = (own / np.maximum(total, 1.0) - centre) ** 2 / (centre * (1.0 - centre))
    excess = _add(tells * (total * distance - 1.0), contest)
    room = _add(tells * (total - 1.0), contest)
    correlation = np.clip(excess / np.maximum(room, 1.0), 1e-3, 0.5)
    parts = _add(tells, contest)
    weight = parts / (parts + to_tell)
    concentration = np.exp(weight * np.log(1.0 / correlation - 1.0) + (1.0 - weight) * np.log(usual))
    return np.asarray(concentration[contest])


def _add(values: Floats, index: Integers) -> Floats:
    return np.bincount(index, values).astype(np.float64)
