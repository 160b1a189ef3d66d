"""Where the early votes of a precinct were counted: there, at a site of its county, or with another precinct's."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from turnout.projection.ballot import EARLY, Ballot, Flags, Floats, Integers

#: Early votes are counted at sites where they are held by at most this share of a county's units, at least so many
#: others having none, which would come to this share at least of what precincts of the ballot have; and a site has
#: so many times what they would.
_FEW_SITES: Final = 0.2
_LEAST_WITHOUT: Final = 4
_LEAST_EACH: Final = 0.2
_FAR_MORE: Final = 3.0
#: Early votes that a precinct's past poll votes lead to expect beyond which none at all is no chance …
_EXPECTED: Final = 10.0
#: … so they were counted with those of a precinct that has more than so many times what was to be expected there, …
_TWICE: Final = 2.0
#: … and where no such precinct is, it stands for this part of what was expected: half of such precincts in past
#: elections had no poll vote either, and the others about as many as expected.
_MEDIAN_PART: Final = 0.3
#: Votes by which a row's own early votes are drawn towards its unit's part of the contest's.
_STEADY: Final = 2.0


@dataclass(frozen=True)
class AtHome:
    """Early votes where those who cast them live, and vote at the polls.

    Attributes
    ----------
    votes : (rows,) early votes each row stands for when its poll vote is expected
    pseudo : (rows,) which only count votes cast elsewhere (see :func:`pseudo_rows`)
    silent : (rows,) which are of precincts without early votes in any contest, nor a part in those of a site, though
        they voted at the polls in the past: their ``votes`` are what :func:`_woken` gives them
    """

    votes: Floats
    pseudo: Flags
    silent: Flags


def at_home(ballot: Ballot, baseline_poll: Floats) -> AtHome:
    """Find for each row the early votes it stands for.

    Early votes counted at sites, county-wide or for the whole district belong to voters who live, and vote at the
    polls, in real precincts: they are handed to those of the county (of the contest, where no county is named) in
    proportion to their own early votes and their past poll votes. Where there is no real precinct they stay.
    A precinct without any in any contest, though it had voters in the past, gets what :func:`_woken` gives it.

    ``baseline_poll``: (units,) poll votes in the past election, 0 where a unit was not found in it.
    """
    early = ballot.row_votes()[:, EARLY]
    pseudo = pseudo_rows(ballot)
    polled = _usual_polls(early, baseline_poll[ballot.row_unit], pseudo, ballot.county_in_contest)
    size = np.where(pseudo, 0.0, early + polled + 1.0)
    early = _hand_out(early, pseudo, size, ballot.county_in_contest)
    nowhere = pseudo & (ballot.units["county"] == "").to_numpy()[ballot.row_unit]
    early = _hand_out(early, nowhere, size, ballot.row_contest)
    early, silent = _woken(ballot, early, np.where(pseudo, 0.0, baseline_poll[ballot.row_unit]))
    return AtHome(_steadied(ballot, early), pseudo, silent)


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


def _woken(ballot: Ballot, early: Floats, past: Floats) -> tuple[Floats, Flags]:
    """Give precincts that are silent in all contests what their past poll votes lead to expect; and say which are.

    It is taken from precincts of their county that have far more than was to be expected, for they were perhaps
    counted there; as far as there are none, a part is added. ``past`` is 0 where a row is no precinct or not found.
    """
    place = ballot.county_in_contest
    rate = _add(early * (past > 0), place) / np.maximum(_add(past, place), 1.0)
    lead = rate[place] * past
    silent = (ballot.busiest(early) == 0)[ballot.row_unit] & (lead >= _EXPECTED)
    if not silent.any():
        return early, silent
    spare = np.where((past > 0) & (early > _TWICE * lead), early - lead, 0.0)
    wanted, found = _add(lead * silent, place), _add(spare, place)
    moved = np.minimum(wanted, found)
    part = moved / np.maximum(wanted, 1e-9)
    part = part + _MEDIAN_PART * (1.0 - part)
    left = early - spare * (moved / np.maximum(found, 1e-9))[place]
    return np.where(silent, lead * part[place], left), silent


def _steadied(ballot: Ballot, early: Floats) -> Floats:
    """Draw each row's early votes towards its unit's part of the contest's in the county, keeping their sum.

    The mean of a gamma-Poisson rate: in a contest that few vote in, a handful or none says little of a precinct.
    """
    place = ballot.county_in_contest
    size = ballot.busiest(early)[ballot.row_unit]
    total = _add(early, place)
    usual = size * (total / np.maximum(_add(size, place), 1e-9))[place]
    steadied = (early + _STEADY) * usual / (usual + _STEADY)
    return np.asarray(steadied * (total / np.maximum(_add(steadied, place), 1e-9))[place])


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
