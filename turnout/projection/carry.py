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

#: Concentration (votes) expected of counties within a contest and of units within a county, and how many of them it
#: takes for a contest's own spread to count as much. Medians over general elections lie between 10 and 40 votes.
COUNTY_CONCENTRATION: Final = 30.0
UNIT_CONCENTRATION: Final = 25.0
_COUNTIES_TO_TELL: Final = 6.0
_UNITS_TO_TELL: Final = 10.0
#: Early votes are counted at sites where they are held by at most this share of a county's units, at least so many
#: others having none, which would come to this share at least of what precincts of the ballot have; and a site has
#: so many times what they would.
_FEW_SITES: Final = 0.2
_LEAST_WITHOUT: Final = 4
_LEAST_EACH: Final = 0.2
_FAR_MORE: Final = 3.0


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


def expect(ballot: Ballot, early: PooledEarly, baseline: Baseline, late: LateSpec) -> EarlyCarry:
    """Build the expectation from the early count and, for late votes, the past election's ratio of them."""
    log_poll = np.log(np.maximum(effective_early(ballot, baseline.poll), 1e-9))
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


def effective_early(ballot: Ballot, baseline_poll: Floats) -> Floats:
    """Early votes each row stands for when its poll vote is expected, shape (rows,).

    Early votes counted at sites, county-wide or for the whole district belong to voters who live, and vote at the
    polls, in real precincts: they are handed to those of the county (of the contest, where no county is named) in
    proportion to their own early votes and their past poll votes. Where there is no real precinct they stay.
    """
    early = ballot.row_votes()[:, EARLY]
    pseudo = pseudo_rows(ballot)
    polled = _usual_polls(early, baseline_poll[ballot.row_unit], pseudo, ballot.county_in_contest)
    size = np.where(pseudo, 0.0, early + polled + 1.0)
    early = _hand_out(early, pseudo, size, ballot.county_in_contest)
    nowhere = pseudo & (ballot.units["county"] == "").to_numpy()[ballot.row_unit]
    return _hand_out(early, nowhere, size, ballot.row_contest)


def _usual_polls(early: Floats, past: Floats, pseudo: Flags, place: Integers) -> Floats:
    """Past poll votes of each row; where it was not found, what those found in its place had: shape (rows,).

    So far as the place's early votes are the precincts' own, a row not found is of the size these say.
    """
    found = ~pseudo & (past > 0)
    many = np.maximum(_add(found.astype(float), place), 1.0)
    mean_past, mean_early = (_add(votes * found, place) / many for votes in (past, early))
    own = _add(early * ~pseudo, place) / np.maximum(_add(early, place), 1.0)
    relative = np.divide(early, mean_early[place], out=np.ones_like(early), where=mean_early[place] > 0)
    usual = mean_past[place] * (own[place] * relative + 1.0 - own[place])
    return np.where(found, past, usual)


def _hand_out(early: Floats, pseudo: Flags, size: Floats, place: Integers) -> Floats:
    """Move the votes of pseudo rows to the other rows of their place in proportion to size, where there are any."""
    to = _add(size, place)[place]
    leaves = pseudo & (to > 0)
    pooled = _add(np.where(leaves, early, 0.0), place)[place]
    return np.where(leaves, 0.0, early + pooled * size / np.maximum(to, 1.0))


def pseudo_rows(ballot: Ballot) -> Flags:
    """Return the rows of units that only count votes cast elsewhere, shape (rows,).

    The reader marks units by name. So are whole counties and districts that stand beside precincts, and what
    :func:`_sites` finds.
    """
    whole = (ballot.units["precinct"] == "").to_numpy()[ballot.row_unit]
    beside = (_add((~whole).astype(float), ballot.row_contest) > 0)[ballot.row_contest]
    named = ~ballot.units["is_real_unit"].to_numpy()[ballot.row_unit] | (whole & beside)
    return named | _sites(ballot)[ballot.row_unit]


def _sites(ballot: Ballot) -> Flags:
    """Which units hold the early votes of many precincts, by how few of their county hold any: shape (units,).

    Either a few hold far more than there are for each unit, or one holds more than all others of the county, most of
    which hold none at all. A precinct without early votes is told from one that has not reported them. A county whose
    precincts would still have far fewer early votes than those elsewhere rather lists many without voters.
    """
    county, early = ballot.unit_county, ballot.unit_early()
    real = ballot.precincts
    told = np.bincount(ballot.row_unit, ballot.reported[:, EARLY], ballot.units.height) > 0
    holds = real & (early > 0)
    units, holding, without = (_add(which.astype(float), county) for which in (real, holds, real & told & ~holds))
    together = _add(early, county)
    usual = early.sum() / max(real.sum(), 1)
    elsewhere = (without >= _LEAST_WITHOUT) & (together >= _LEAST_EACH * usual * without)
    of_few = (holding <= _FEW_SITES * units)[county] & (
        early > (_FAR_MORE * together / np.maximum(units, 1.0))[county]
    )
    of_most = (without > 0.5 * units)[county] & (early > 0.5 * together[county])
    return np.asarray(holds & elsewhere[county] & (of_few | of_most))


def _add(values: Floats, index: Integers) -> Floats:
    return np.bincount(index, values).astype(np.float64)
