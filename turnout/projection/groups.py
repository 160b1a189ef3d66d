"""What a voter file leads to expect: who is still to vote in each precinct, and how their groups divide.

The electorate's cells say how many of each group are expected in each tranche and precinct; support by group, fitted
to the early count (:mod:`turnout.projection.support`), says how they divide. Every draw redraws both.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from turnout.electorate import Electorate
from turnout.projection.ballot import EARLY, LATE, POLL, Ballot, Floats, Integers
from turnout.projection.positions import Positions
from turnout.projection.support import SupportFit, SupportSpec, fit
from turnout.vocabulary import GROUPS, TRANCHES

COMPOSITION = "turnout composition"
ETHNICITY = "ethnicity estimate"
SUPPORT = "support by group"


@dataclass(frozen=True)
class ContestSupport:
    """Support by group in one contest.

    Attributes
    ----------
    rows : the contest's rows, consecutive
    fit : fitted to the expected composition of the early count
    support : (draws, groups, positions)
    """

    rows: slice
    fit: SupportFit
    support: Floats


@dataclass(frozen=True)
class GroupExpectation:
    """The expectation of a ballot with a voter file (see :class:`turnout.projection.polls.Expectation`).

    Attributes
    ----------
    voters : (rows, groups, 3) expected voters of each row by group and tranche, less those who skip the contest
    factors : (draws, groups, 3) on ``voters``, leaving each tranche's total as it is
    contests : support by contest, in the order of their rows
    carry : how much of a precinct's own early deviation is expected again
    log_median : (3,) log of a tranche's median over its mean: totals are drawn log-normally about the median
    """

    ballot: Ballot
    voters: Floats
    factors: Floats
    contests: tuple[ContestSupport, ...]
    carry: float
    log_median: Floats
    late_with_poll: bool = False

    @cached_property
    def log_poll(self) -> Floats:
        """Log of expected poll votes, shape (rows,)."""
        return np.asarray(np.log(np.maximum(self.voters[:, :, POLL].sum(axis=1), 1e-9)) + self.log_median[POLL])

    @cached_property
    def log_late(self) -> Floats:
        """Log of expected late votes, shape (rows,)."""
        return np.asarray(np.log(np.maximum(self.voters[:, :, LATE].sum(axis=1), 1e-9)) + self.log_median[LATE])

    def logit(self, rows: Integers, split: int) -> Floats:
        """Mean over the draws of the expected logit of a split at the polls, shape (rows given,)."""
        return np.concatenate(
            [self._logits(contest, rows_in, split, POLL).mean(axis=1) for contest, rows_in in self._by_contest(rows)]
        )

    def logit_draws(self, rows: Integers, split: int, tranche: int) -> Floats:
        """Draws of the logit of a split, shape (rows given, draws)."""
        return np.concatenate(
            [self._logits(contest, rows_in, split, tranche) for contest, rows_in in self._by_contest(rows)]
        )

    def count_draws(self, rows: Integers, tranche: int) -> Floats:
        """Draws of the log of expected votes, shape (rows given, draws)."""
        voters = self.voters[rows, :, tranche] @ self.factors[:, :, tranche].T
        return np.asarray(np.log(np.maximum(voters, 1e-9)) + self.log_median[tranche])

    def only(self, components: Collection[str]) -> "GroupExpectation":
        """Return the same with every component but the given ones held at its mean."""
        factors = self.factors if {COMPOSITION, ETHNICITY} & set(components) else np.ones_like(self.factors)
        contests = self.contests
        if not {SUPPORT, ETHNICITY} & set(components):
            contests = tuple(
                replace(contest, support=contest.support.mean(axis=0, keepdims=True)) for contest in contests
            )
        return replace(self, factors=factors, contests=contests)

    def thinned(self, draws: int) -> "GroupExpectation":
        """Return the same with so many of its draws, taken at even distances."""
        kept = np.linspace(0, len(self.factors), draws, endpoint=False).astype(np.int64)
        contests = tuple(replace(contest, support=contest.support[kept]) for contest in self.contests)
        return replace(self, factors=self.factors[kept], contests=contests)

    def _by_contest(self, rows: Integers) -> list[tuple[ContestSupport, Integers]]:
        cuts = [(c, rows[(rows >= c.rows.start) & (rows < c.rows.stop)]) for c in self.contests]
        return [(contest, inside) for contest, inside in cuts if len(inside)]

    def _logits(self, contest: ContestSupport, rows: Integers, split: int, tranche: int) -> Floats:
        voters, factors = self.voters[rows, :, tranche], self.factors[:, :, tranche]
        own = voters @ (factors * contest.support[:, :, split]).T
        rest = voters @ (factors * contest.support[:, :, :split].sum(axis=2)).T
        effects = np.concatenate([np.zeros((len(contest.fit.precinct), 1)), contest.fit.precinct], axis=1)
        deviation = effects[rows - contest.rows.start]
        own_deviation = deviation[:, split] - deviation[:, :split].mean(axis=1)
        base = np.log(np.maximum(own, 1e-9)) - np.log(np.maximum(rest, 1e-9))
        return np.asarray(base + self.carry * own_deviation[:, None])


def expect(
    ballot: Ballot,
    positions: Positions,
    electorate: Electorate,
    spec: SupportSpec,
    draws: int,
    rng: np.random.Generator,
) -> GroupExpectation:
    """Fit support by group to each contest's early count and combine it with who is still to vote."""
    voters = _voters_by_row(ballot, electorate.cells)
    early = ballot.row_votes()[:, EARLY]
    accepted = voters[:, :, EARLY].sum(axis=1)
    starts = np.flatnonzero(np.diff(ballot.row_contest, prepend=-1))
    stops = np.append(starts[1:], ballot.rows)
    for start, stop in zip(starts, stops, strict=True):
        # those who skip the contest are expected to do so in every tranche alike
        cast = early[start:stop].sum() / max(accepted[start:stop].sum(), 1e-9)
        voters[start:stop, :, POLL:] *= min(cast, 1.0) if cast > 0 else 1.0
    factors = electorate.factors(draws, rng)
    factors = _without_totals(factors, voters.sum(axis=0))
    contests = tuple(
        _fit_contest(contest, slice(start, stop), positions, voters, factors, spec, rng)
        for contest, (start, stop) in enumerate(zip(starts.tolist(), stops.tolist(), strict=True))
    )
    log_median = np.array([-0.5 * electorate.total_sd[tranche] ** 2 for tranche in TRANCHES])
    return GroupExpectation(ballot, voters, factors, contests, spec.precinct_carry, log_median)


def _fit_contest(
    contest: int,
    rows: slice,
    positions: Positions,
    voters: Floats,
    factors: Floats,
    spec: SupportSpec,
    rng: np.random.Generator,
) -> ContestSupport:
    """Fit once to the expected composition and again to redrawn ones; each refit serves a run of the draws."""
    size = int(positions.counts[contest])
    votes = positions.votes[rows, :size, EARLY]
    composition = voters[rows, :, EARLY]
    # votes of a place without voters in the file are taken for the contest's usual mix
    nobody = composition.sum(axis=1) <= 0
    composition = np.where(nobody[:, None], composition.sum(axis=0) + 1e-9, composition)
    central = fit(votes, composition, spec)
    draws = len(factors)
    blocks = np.array_split(np.arange(draws), min(spec.refits, draws))
    support = [
        fit(votes, composition * factors[block[0], :, EARLY], spec, central.theta).draw(len(block), rng)
        for block in blocks
    ]
    return ContestSupport(rows, central, np.concatenate(support))


def _voters_by_row(ballot: Ballot, cells: pl.DataFrame) -> Floats:
    """Return the expected voters of each row by group and tranche, shape (rows, groups, 3).

    A row of a precinct holds the voters of that precinct; a row without a precinct those of its county, and without
    a county those of the whole contest. Voters of precincts the contest's returns do not name are spread over its
    rows in proportion, so that no voter is lost.
    """
    by_unit = _voters_by_unit(ballot.units, cells)
    voters = by_unit[ballot.row_unit]
    everyone = _pivot(cells.with_columns(place=pl.lit(0)), 1)[0]
    member = sparse.csr_array((np.ones(ballot.rows), (ballot.row_contest, np.arange(ballot.rows))))
    held = (member @ voters.reshape(ballot.rows, -1)).reshape(-1, *everyone.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(held > 0, everyone / held, 1.0)
        early = ballot.row_votes()[:, EARLY]
        part = early / np.bincount(ballot.row_contest, early)[ballot.row_contest]
    voters = voters * scale[ballot.row_contest]
    # Where not one of a contest's places is in the voter file, everyone stands behind its early votes.
    lost = (held.sum(axis=(1, 2)) == 0)[ballot.row_contest]
    everywhere = np.nan_to_num(part)[:, None, None] * everyone
    return np.asarray(np.where(lost[:, None, None], everywhere, voters))


def _voters_by_unit(units: pl.DataFrame, cells: pl.DataFrame) -> Floats:
    numbered = units.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    counties = cells["county"].n_unique()
    result = np.zeros((units.height, len(GROUPS), len(TRANCHES)))
    whole = numbered.filter((pl.col("county") == "") & (pl.col("precinct") == ""))
    county = numbered.filter((pl.col("county") != "") & (pl.col("precinct") == ""))
    precinct = numbered.filter(pl.col("precinct") != "")
    keys = ["precinct"] if counties <= 1 else ["county", "precinct"]
    for places, on in ((precinct, keys), (county, ["county"])):
        if places.height:
            result += _pivot(cells.join(places.select("place", *on).unique(on), on=on), units.height)
    if whole.height:
        result += _pivot(cells.join(whole.select("place"), how="cross"), units.height)
    return result


def _pivot(cells: pl.DataFrame, places: int) -> Floats:
    """Sum cells with a column ``place`` into an array (places, groups, tranches), in a fixed order."""
    summed = (
        cells.filter(pl.col("tranche").is_in(TRANCHES))
        .group_by("place", "group_name", "tranche")
        .agg(pl.col("expected").sort().sum())
    )
    result = np.zeros((places, len(GROUPS), len(TRANCHES)))
    group = {name: number for number, name in enumerate(GROUPS)}
    tranche = {name: number for number, name in enumerate(TRANCHES)}
    at = (
        summed["place"].to_numpy(),
        summed["group_name"].replace_strict(group, return_dtype=pl.Int64).to_numpy(),
        summed["tranche"].replace_strict(tranche, return_dtype=pl.Int64).to_numpy(),
    )
    result[at] = summed["expected"].to_numpy()
    return result


def _without_totals(factors: Floats, voters: Floats) -> Floats:
    """Scale each draw so that a tranche's total is as expected; the total is drawn with the polls' turnout."""
    total = np.maximum((factors * voters).sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(factors * np.maximum(voters.sum(axis=0), 1e-12) / total)
