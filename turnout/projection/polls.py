"""The two things the polls teach while they report: how many vote there, and how differently from the early voters.

Each is fitted as a :class:`~turnout.projection.hierarchy.GaussianHierarchy` over all contests of the ballot at once,
on top of an expectation (:class:`Expectation`) made from early votes or from a voter file. What has reported in any
contest or county thus moves every projection that shares an effect with it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import polars as pl
from scipy import sparse
from scipy.special import expit

from turnout.projection import modes, siblings
from turnout.projection.ballot import EARLY, POLL, Ballot, Flags, Floats, Integers, Together
from turnout.projection.baseline import SORTED_SINCE, Baseline, kind_of, lean, unit_log_ratio
from turnout.projection.carry import PooledEarly
from turnout.projection.hierarchy import Blended
from turnout.projection.positions import Positions, reported_sides, signs
from turnout.projection.sites import AtHome

#: Logits beyond which a wider gap between two candidates says no more of how they do at the polls.
_WIDEST_GAP: Final = 1.5
#: Log of the mean early votes a precinct usually has; with fewer, more are to come at the polls.
_USUAL_EARLY: Final = 5.5
#: Expected votes of a precinct at which the variance of its turnout is twice that of a large one. Over past generals
#: of four states, before any poll vote, it lies between 26 and 85, but for one.
_DOUBLED: Final = 40.0
#: Early votes of a precinct at which the variance of its own shift is twice that of a large one. Over nine past
#: generals the error with a quarter of the precincts in at random is least with 100 to 400.
_SHIFT_DOUBLED: Final = 200.0
#: Sd, in logits, of how the early votes of a unit divide beyond which less is not known.
_LEAST_KNOWN: Final = 1.0
#: Early votes below which a place's own say nothing of it, where its county's are counted elsewhere.
_FEW_EARLY: Final = 3.0
#: Poll votes that must be expected somewhere for those counted there to say how many more or fewer than usual vote.
_ENOUGH: Final = 5.0
#: Votes times squared lean that a contest must show before its slope on lean is believed by half.
_SLOPE_RIDGE: Final = 60.0


class Expectation(Protocol):
    """What is expected of each row before the polls have taught anything."""

    @property
    def log_poll(self) -> Floats:
        """Log of expected poll votes, up to the effects that are learned, shape (rows,)."""

    @property
    def log_late(self) -> Floats:
        """Log of expected late votes, shape (rows,)."""

    @property
    def late_with_poll(self) -> bool:
        """Whether late votes come as a ratio to poll votes, so that they are many where those are."""

    def logit(self, rows: Integers, split: int) -> Floats:
        """Return the logit of a split expected at the polls, shape (rows given,)."""

    def logit_draws(self, rows: Integers, split: int, tranche: int) -> Floats:
        """Draws of the logit in a tranche, shape (rows given, draws), or (rows given, 1) where it does not vary."""

    def count_draws(self, rows: Integers, tranche: int) -> Floats:
        """Draws of the log of expected votes in a tranche, shape (rows given, draws) or (rows given, 1)."""

    def only(self, components: Collection[str]) -> "Expectation":
        """Return the same with every other component of uncertainty held still."""


@dataclass(frozen=True)
class Splits:
    """Every split of every row, in one table: what the shift hierarchy is fitted on.

    Attributes
    ----------
    row, split : (n,) the row and the split (1 or more) of each entry
    frame : the covariates the shift's terms name, n rows
    """

    row: Integers
    split: Integers
    frame: pl.DataFrame

    def entries(self, split: int, rows: Integers) -> Integers:
        """Where the given rows' entries of a split stand, shape (rows given,)."""
        start, stop = np.searchsorted(self.split, [split, split + 1])
        return np.asarray(start + np.searchsorted(self.row[start:stop], rows))


def splits_of(ballot: Ballot, positions: Positions, early: PooledEarly, baseline: Baseline, home: AtHome) -> Splits:
    """List every split of every row with the covariates of the shift.

    ``sign`` says how far a split shares in what moves the parties: ±1 between a Democrat and a Republican, and in any
    other contest the slope of its early logits on the precincts' partisan lean, for whoever is carried by one party's
    neighbourhoods early is likely carried by them at the polls.
    """
    parts = [positions.rows_with(ballot, split) for split in range(1, positions.most)]
    row = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    split = np.repeat(np.arange(1, len(parts) + 1), [len(part) for part in parts])
    contest, unit = ballot.row_contest[row], ballot.row_unit[row]
    _, group = np.unique(contest * positions.most + split, return_inverse=True)
    _, county_group = np.unique(ballot.county_in_contest[row] * positions.most + split, return_inverse=True)
    weight = np.concatenate([np.zeros(0), *(sum(positions.two_sides(p, j + 1, EARLY)) for j, p in enumerate(parts))])
    today, past_shift, past_gap = _leans(ballot, baseline)
    own_county = early.county[row, split] - early.contest[row, split]
    own_unit = early.unit[row, split] - early.county[row, split]
    lean = _within(today[unit], weight, group)
    november = float(bool(ballot.date) and kind_of(dt.date.fromisoformat(ballot.date)) == "general")
    partisan = np.where(split == 1, signs(ballot)[contest], 0.0)
    sign = np.where(partisan != 0, partisan, _slope(own_county + own_unit, lean, weight, group))
    lately = float(ballot.date >= SORTED_SINCE)
    kin = siblings.find(ballot, positions)
    mode_gap_ballot = modes.between_parties(ballot, positions, signs(ballot)) * sign
    mode_gap = modes.gap(ballot, positions, ballot.row_contest)[row, split]
    mode_gap_county = modes.gap(ballot, positions, ballot.county_in_contest)[row, split]
    yes_side = kin.yes_side[contest, split]
    gap = np.clip(early.contest[row, split], -_WIDEST_GAP, _WIDEST_GAP)
    without_own = _without_own_early(ballot, home)[row]
    blind = (partisan != 0) & without_own
    stands_for = home.votes[row]
    past_lean = _within(
        np.where(baseline.matched, np.nan_to_num(baseline.poll_lean), 0.0)[unit],
        blind * baseline.matched[unit] * stands_for,
        county_group,
    )
    busiest = ballot.busiest(home.votes)
    frame = pl.DataFrame(
        {
            "contest": contest,
            "split": split,
            "size": _size(busiest)[unit],
            "spread": _spread(busiest, _SHIFT_DOUBLED)[unit],
            "weight": stands_for,
            "blind": blind * (1.0 - baseline.matched[unit]),
            "blind_past": blind * baseline.matched[unit],
            "past_lean": blind * baseline.matched[unit] * past_lean,
            "blind_other": (partisan == 0) & without_own,
            "seen": 1.0 - blind,
            "question": kin.question[contest, split],
            "question_side": kin.question_side[contest, split],
            "yes_side": yes_side,
            "mode_gap_ballot": mode_gap_ballot,
            "mode_gap": mode_gap - mode_gap_ballot,
            "mode_gap_county": mode_gap_county - mode_gap,
            "since_2020": lately * sign,
            "mail_alone": lately * (1.0 - modes.in_person(ballot)) * sign,
            "contest_gap": (partisan == 0) * (yes_side == 0) * (split == 1) * gap,
            "contest_gap_partisan": np.abs(partisan) * gap,
            "past_ballot_shift": partisan * baseline.shift,
            "ballot_known": float(baseline.shift != 0) * sign,
            "ballot_unknown": float(baseline.shift == 0) * sign,
            "candidates": kin.candidates[contest, split],
            "candidates_side": kin.candidates_side[contest, split],
            "unit": unit,
            "county": ballot.unit_county[unit],
            "sign": sign,
            "out": (~ballot.reported[row, POLL] & (ballot.together.group < 0)[row]).astype(float),
            "partisan": (partisan != 0).astype(float),
            "other": (partisan == 0).astype(float),
            "other_november": (partisan == 0) * november,
            "other_else": (partisan == 0) * (1.0 - november),
            "early_sd": np.minimum(early.sd[row, split], _LEAST_KNOWN) * (1.0 - without_own),
            "own_unit": own_unit,
            "own_county": own_county,
            "lean_beyond_own": sign * lean - np.abs(sign) * (own_county + own_unit),
            "past_shift": past_shift[unit],
            "past_gap": past_gap[unit],
            "past": baseline.matched[unit].astype(float),
            "no_past": (~baseline.matched[unit]).astype(float),
        }
    )
    return Splits(row=row, split=split, frame=frame)


def turnout_frame(
    ballot: Ballot, baseline: Baseline, home: AtHome, expected: Floats, total_sd: float
) -> pl.DataFrame:
    """Covariates of the poll turnout's terms, one row a row of the ballot.

    ``expected``: (rows,) votes a row stands for before anything is learned; a unit's size is its busiest contest's.
    ``total_sd``: sd of the log of the poll total, where a propensity model states one, else 0.
    """
    unit = ballot.row_unit
    busiest = ballot.busiest(expected)
    sign = signs(ballot)[ballot.row_contest]
    known = np.isfinite(baseline.log_ratio)
    return pl.DataFrame(
        {
            "contest": ballot.row_contest,
            "unit": unit,
            "county": ballot.unit_county[unit],
            "partisan": (sign != 0).astype(float),
            "other": (sign == 0).astype(float),
            "size": _size(busiest)[unit],
            "spread": _spread(busiest, _DOUBLED)[unit],
            "total_sd": np.full(ballot.rows, total_sd),
            "lean": _leans(ballot, baseline)[0][unit],
            "past_unit_ratio": unit_log_ratio(baseline)[unit],
            "usual_early": np.full(ballot.rows, (_typical(busiest[ballot.precincts]) - _USUAL_EARLY) * (1.0 - known)),
            "mail_share": np.full(ballot.rows, _mail_share(ballot) * (1.0 - known)),
            "growth": np.full(ballot.rows, _growth(busiest, baseline) * known),
            "silent": home.silent.astype(float),
            "past_ratio": np.full(ballot.rows, np.nan_to_num(baseline.log_ratio)),
            "known": np.full(ballot.rows, float(known)),
            "unknown": np.full(ballot.rows, float(not known)),
            "past": baseline.matched[unit].astype(float),
            "no_past": (~baseline.matched[unit]).astype(float),
        }
    )


@dataclass(frozen=True)
class Observations:
    """What the polls that have reported show, one entry a row or a split of a row.

    Attributes
    ----------
    y, variance : outcome and its sampling variance
    observed : which have reported, with votes enough to say
    blended : what figures for several precincts show, where there are any
    """

    y: Floats
    variance: Floats
    observed: Flags
    blended: Blended | None = None


def turnout_observations(ballot: Ballot, expectation: Expectation) -> Observations:
    """Log ratio of poll votes to those expected, by row."""
    poll = ballot.row_votes()[:, POLL]
    expected = np.exp(expectation.log_poll)
    enough: Flags = (expected >= _ENOUGH) & (poll >= 3) & ballot.reported[:, POLL]
    y = np.log(poll + 0.5) - expectation.log_poll
    return Observations(y, 1.0 / (poll + 1.0) + 1.0 / (expected + 1.0), enough)


def turnout_of_figures(ballot: Ballot, expectation: Expectation, learned: Floats) -> Blended | None:
    """Log ratio of poll votes to those expected, of figures for several precincts; None where nothing can be said.

    Whether figures are of all their votes is not known. Where the ballot's together are beyond what is expected of
    them, they are at least what their precincts have. To take only those that are beyond would expect too much.

    ``learned``: (rows,) log ratio that the precincts which have reported lead to expect.
    """
    together = ballot.together.of_one_county(ballot)
    rows = np.flatnonzero(together.group >= 0)
    group, many = together.group[rows], np.exp(expectation.log_poll + learned)[rows]
    total = np.bincount(group, many, len(together.counted))
    told = total >= _ENOUGH
    if together.counted[told].sum() <= total[told].sum():
        return None
    weights = sparse.csr_array((many / total[group], (group, rows)), shape=(len(total), ballot.rows))
    y = weights @ learned + np.log(together.counted / np.maximum(total, 1e-9))
    return Blended(weights[told], y[told], (1.0 / together.counted + 1.0 / total)[told])


def shift_observations(
    ballot: Ballot, positions: Positions, splits: Splits, expectation: Expectation
) -> Observations:
    """Shift, in logits, of each split at the polls against what was expected, by entry of ``splits``."""
    y, variance, expected = np.zeros(len(splits.row)), np.ones(len(splits.row)), np.zeros(len(splits.row))
    observed = np.zeros(len(splits.row), dtype=np.bool_)
    together = ballot.together.of_one_county(ballot)
    by_itself = ballot.reported[:, POLL] & (together.figure < 0)
    for split in range(1, positions.most):
        at = np.flatnonzero(splits.split == split)
        rows = splits.row[at]
        logit, variance[at], enough = reported_sides(*positions.two_sides(rows, split, POLL))
        expected[at] = expectation.logit(rows, split)
        y[at] = logit - expected[at]
        observed[at] = enough & by_itself[rows]
    blended = None
    if len(together.counted):
        blended = _blended(positions, splits, expected, np.exp(expectation.log_poll), together)
    return Observations(y, variance, observed, blended)


def _blended(positions: Positions, splits: Splits, expected: Floats, polls: Floats, together: Together) -> Blended:
    """Shift that figures for several precincts show against what is expected of these, an outcome a split of each.

    A figure's share P is the mean of its precincts' p, weighted by the poll votes w expected of them, so that its
    logit moves with theirs by w p (1 − p) / Σw P (1 − P). A figure of a part f of these votes only is taken for a
    sample of the precincts, n by Kish's count: it varies as they differ among themselves, times (1 − f) / (f n).

    ``expected``: (entries,) logits expected; ``polls``: (rows,) poll votes expected.
    """
    group, figure = together.group[splits.row], together.figure
    at = np.flatnonzero(group >= 0)
    outcome, of = np.unique(group[at] * positions.most + splits.split[at], return_inverse=True)
    number, split = np.divmod(outcome, positions.most)
    votes = np.zeros((len(together.counted), positions.most))
    np.add.at(votes, figure[figure >= 0], positions.votes[figure >= 0, :, POLL])
    own, rest = votes[number, split], np.cumsum(votes, axis=1)[number, split - 1]
    logit, variance, enough = reported_sides(own, rest)
    many, share = polls[splits.row[at]], expit(expected[at])
    total = np.bincount(of, many)
    mean = np.bincount(of, many * share) / total
    room = mean * (1.0 - mean)
    among = np.bincount(of, many * (share - mean[of]) ** 2) / (total * room**2)
    part = np.minimum(together.counted[number] / total, 1.0)
    sampled = among * (1.0 - part) / part * np.bincount(of, many**2) / total**2
    moves = many * share * (1.0 - share) / (total * room)[of]
    weights = sparse.csr_array((moves, (of, at)), shape=(len(outcome), len(splits.row)))
    return Blended(weights[enough], (logit - np.log(mean / (1.0 - mean)))[enough], (variance + sampled)[enough])


def _without_own_early(ballot: Ballot, home: AtHome) -> Flags:
    """Return the rows whose early votes were counted elsewhere, as is seen at once or from their past: (rows,)."""
    early, place = ballot.row_votes()[:, EARLY], ballot.county_in_contest
    elsewhere = np.bincount(place, early * home.pseudo)[place] > 0.5 * np.bincount(place, early)[place]
    return (~home.pseudo & (early < _FEW_EARLY) & elsewhere) | home.silent


def _within(values: Floats, weight: Floats, group: Integers) -> Floats:
    """Values less their group's weighted mean, shape as given."""
    total = np.bincount(group, weight)
    mean = np.bincount(group, weight * values) / np.maximum(total, 1e-9)
    return np.asarray(values - mean[group])


def _slope(y: Floats, x: Floats, weight: Floats, group: Integers) -> Floats:
    """Ridge slope of y on x within each group, in [-1, 1], given back to every entry of the group."""
    most = np.minimum(weight, 400.0)  # a huge unit is one place still
    y = _within(y, most, group)
    cross, square = np.bincount(group, most * x * y), np.bincount(group, most * x * x)
    return np.asarray(np.clip(cross / (square + _SLOPE_RIDGE), -1.0, 1.0)[group])


def _size(votes: Floats) -> Floats:
    """Log of each unit's votes less its mean over voters, shape as given."""
    size = np.log(votes + 3.0)
    return np.asarray(size - np.average(size, weights=votes + 1e-9))


def _spread(votes: Floats, doubled: float) -> Floats:
    """Sd of what is a unit's own over that of a large one's, whose variance is half that of one with ``doubled``."""
    return np.sqrt(1.0 + doubled / (votes + 3.0))


def _typical(early: Floats) -> float:
    """Log of the mean early votes of precincts that have any."""
    return float(np.log(early[early > 0].mean())) if (early > 0).any() else _USUAL_EARLY


def _mail_share(ballot: Ballot) -> float:
    """Share of the early votes that came by mail, where the files tell them apart."""
    return float(ballot.mail.sum() / max(ballot.votes[:, EARLY].sum(), 1.0))


def _growth(early: Floats, baseline: Baseline) -> float:
    """Log of today's early votes to the past election's, in the units found there."""
    both = baseline.matched & (baseline.early > 0) & (early > 0)
    return float(np.log(early[both].sum() / baseline.early[both].sum())) if both.any() else 0.0


def _leans(ballot: Ballot, baseline: Baseline) -> tuple[Floats, Floats, Floats]:
    """Today's early lean, the past shift and the past poll lean less today's early one, each over units and centred.

    All in logits of Democratic against Republican votes, 0 where unknown.
    """
    weight = ballot.unit_early()
    today = _today_lean(ballot)
    past_shift = np.where(baseline.matched, baseline.poll_lean - baseline.early_lean, np.nan)
    past_gap = np.where(baseline.matched, baseline.poll_lean - today, np.nan)
    return _centred(today, weight, 4.0), _centred(past_shift, weight, 1.5), _centred(past_gap, weight, 1.5)


def _today_lean(ballot: Ballot) -> Floats:
    partisan = signs(ballot)[ballot.row_contest[ballot.line_row]] != 0
    party = ballot.choices["party_code"].to_numpy()[ballot.line_choice]
    unit = ballot.row_unit[ballot.line_row]
    votes = ballot.votes[:, EARLY]
    by_party = [
        pl.Series(np.bincount(unit, votes * (partisan & (party == code)), ballot.units.height)) for code in ("D", "R")
    ]
    return lean(by_party[0], by_party[1], ballot.units["county_key"])


def _centred(values: Floats, weight: Floats, limit: float) -> Floats:
    known = np.isfinite(values) & (weight > 0)
    if not known.any():
        return np.zeros_like(values)
    centre = np.average(values[known], weights=weight[known])
    return np.where(np.isfinite(values), np.clip(values - centre, -limit, limit), 0.0)
