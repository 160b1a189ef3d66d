"""Priors of the hierarchies learned from past elections: expectation and maximisation over whole ballots.

Each past ballot is taken as it stood before any poll vote, then shown all of them. What its effects must then have
been (:func:`evidence`) says how widely such effects spread (:func:`maximise`); and so on in turn. An election counts
once, whatever its size: contests of one ballot share their error.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from turnout.backtest.contests import counting
from turnout.backtest.scores import MANY
from turnout.backtest.stages import mask
from turnout.projection import ballot as ballots
from turnout.projection import baseline, carry, late, polls, positions, sites
from turnout.projection.ballot import POLL, Ballot, Floats
from turnout.projection.calibration import PHASES, Calibration, Phase
from turnout.projection.hierarchy import GaussianHierarchy, Moment
from turnout.projection.priors import EffectPrior, Priors
from turnout.projection.terms import HierarchySpec, Term

#: Hierarchies that are learned: those used without a voter file.
LEARNED: Final = ("turnout", "shift")
#: Draws of the effects that an election's evidence is an average of.
_DRAWS: Final = 24
#: Effects of one term beyond which an election's evidence of their spread weighs no more.
_MOST_LEVELS: Final = 20
#: Elections that the starting value of an effect there is one of on each ballot counts for.
_START: Final = 2
#: Effects' worth that an election must say of a term's spread to be heard.
_LEAST_TOLD: Final = 1.0
#: Least that an election is taken to say of an effect; starting sds beyond which one counts no more for the spread.
_LEAST_SAID: Final = 0.02
_FAR: Final = 2.5
#: Bounds of any learned sd; an effect that shows no spread keeps a little.
_LEAST_SD, _MOST_SD = 0.01, 3.0
#: Parts of the expected move that are tried, the most first, and what their ratios must differ by to be told apart.
_MOVES: Final = tuple(number / 20 for number in range(20, 7, -1))
_AS_GOOD: Final = 0.01
#: Phases in which a part of the move may be held back.
_HELD_BACK: Final = ("before_polls", "before_polls_past_known", "polls_elsewhere")
#: What the 90 % interval shall hold.
_HELD: Final = 0.9


@dataclass(frozen=True)
class Evidence:
    """What one election says of each effect, by hierarchy and term.

    Attributes
    ----------
    told : see :class:`turnout.projection.hierarchy.Moment`
    noise : by hierarchy, (rows, mean square) of each noise
    """

    told: dict[tuple[str, str], Moment]
    noise: dict[str, tuple[tuple[int, float], ...]]


def evidence(lines: pl.DataFrame, past: pl.DataFrame, date: dt.date, priors: Priors, seed: int) -> Evidence:
    """Fit both hierarchies to the full count of one election, and measure what its effects were.

    Parameters
    ----------
    lines : full count of the election, the rows of ``sql/projection/lines.sql``
    past : rows of ``sql/projection/past_units.sql`` of its state; those not before ``date`` are not looked at
    """
    with threadpool_limits(1):
        before = ballots.build(mask(lines, lines.select("county", "precinct").clear()))
        compared = baseline.build(past.filter(pl.col("election_date") < date), before)
        placed = positions.place(before)
        early = carry.pool(before, placed)
        home = sites.at_home(before, compared.poll)
        splits = polls.splits_of(before, placed, early, compared, home)
        expected = carry.expect(early, home, compared, late.load("results"))
        scored = set(counting(lines)["contest"])
        after = _revealed(before, lines, np.array([name in scored for name in before.contests]))
        frame = polls.turnout_frame(after, compared, home, np.exp(expected.log_poll), 0.0)
        turnout = polls.turnout_observations(after, expected)
        shift = polls.shift_observations(after, positions.recount(placed, after), splits, expected)
        rng = np.random.default_rng([seed, date.toordinal()])
        told: dict[tuple[str, str], Moment] = {}
        noise: dict[str, tuple[tuple[int, float], ...]] = {}
        for name, table, seen in (("turnout", frame, turnout), ("shift", splits.frame, shift)):
            fitted = GaussianHierarchy(priors.hierarchy(name)).fit(table, seen.y, seen.variance, seen.observed)
            for term, moment in fitted.moments(_DRAWS, rng).items():
                told[name, term] = moment
            noise[name] = fitted.noise_moments(table, seen.y, seen.variance, seen.observed)
    return Evidence(told, noise)


def maximise(evidences: Sequence[Evidence], priors: Priors) -> Priors:
    """Return the priors under which the evidence of several elections is most likely.

    The mean of an effect there is one of on each ballot is the median of what the elections say by themselves, each
    weighing as much as it says; that of one there are many of stays. Variances are means over elections of the log,
    so that one election with wrong figures cannot widen them, but where there is one effect on each ballot: then the
    mean of squares, held back beyond :data:`_FAR` starting sds. What ``models/<name>.toml`` starts from counts as
    :data:`_START` elections there, so that one or two do not make anything certain.
    """
    terms: dict[str, dict[str, EffectPrior]] = {}
    noise: dict[str, tuple[float, ...]] = {}
    for name in LEARNED:
        start = HierarchySpec.load(name)
        spec = priors.apply(name, start)
        found = {
            term.name: _maximise_term(name, term, before, evidences)
            for term, before in zip(spec.term, start.term, strict=True)
        }
        terms[name] = {term: prior for term, prior in found.items() if prior is not None}
        noise[name] = tuple(
            _spread([each.noise[name][number] for each in evidences], part.sd)
            for number, part in enumerate(spec.noise)
        )
    return priors.model_copy(update={"terms": terms, "noise": noise})


def _maximise_term(name: str, term: Term, start: Term, evidences: Sequence[Evidence]) -> EffectPrior | None:
    """Return a term's next prior, from the evidence under ``term``; None where none tells of it or is asked."""
    told = [moment for each in evidences if (moment := each.told.get((name, term.name)))]
    if not told or not term.learned:
        return None
    if term.by:
        enough = [(moment.told, moment.square) for moment in told if moment.told >= _LEAST_TOLD]
        return EffectPrior(mean=term.mean, sd=_spread(enough, term.sd))
    # a posterior mean lies between the prior's and what the election says by itself, by what it says
    says = np.clip([moment.told for moment in told], _LEAST_SAID, 1.0)
    means = np.array([moment.mean for moment in told])
    alone = term.mean + (means - term.mean) / says
    centre = _median(np.append(alone, start.mean), np.append(says, _START))
    about = np.minimum(term.sd**2 * (1.0 - says) + (means - centre) ** 2, (_FAR * start.sd) ** 2)
    before = start.sd**2 + (start.mean - centre) ** 2
    square = (about.sum() + _START * before) / (len(told) + _START)
    return EffectPrior(mean=centre, sd=float(np.clip(np.sqrt(square), _LEAST_SD, _MOST_SD)))


def _median(values: Floats, weight: Floats) -> float:
    """Weighted median, between the two middle values in proportion to their weights."""
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weight[order]) - weight[order] / 2
    return float(np.interp(weight.sum() / 2, middle, values[order]))


def _spread(told: Sequence[tuple[float, float]], otherwise: float) -> float:
    """Mean over elections of the root of mean squares, each by its number of effects up to a limit."""
    known = [(min(levels, _MOST_LEVELS), square) for levels, square in told if levels > 0]
    if not known:
        return otherwise
    weight, square = np.array(known, dtype=np.float64).T
    return float(np.clip(np.average(np.sqrt(square), weights=weight), _LEAST_SD, _MOST_SD))


def _revealed(ballot: Ballot, lines: pl.DataFrame, scored: ballots.Flags) -> Ballot:
    """Return a ballot that knew no poll vote with all of those of the contests that count, in the same order."""
    line = ballot.line_row
    names = pl.DataFrame(
        {
            "contest": pl.Series(ballot.contests, dtype=pl.String)[ballot.row_contest[line]],
            "county": ballot.units["county"][ballot.row_unit[line]],
            "precinct": ballot.units["precinct"][ballot.row_unit[line]],
            "candidate": ballot.choices["candidate"][ballot.line_choice],
        }
    )
    keys = names.columns
    poll = names.join(lines.select(*keys, "poll"), on=keys, how="left", maintain_order="left")["poll"]
    votes, reported = ballot.votes.copy(), ballot.reported.copy()
    votes[:, POLL] = poll.fill_null(0.0).to_numpy()
    reported[:, POLL] = scored[ballot.row_contest]
    return replace(ballot, votes=votes, reported=reported)


def calibrate(rows: pl.DataFrame) -> Calibration:
    """Return the calibration that past elections bear out, from replays made with none.

    How much of the expected move is kept before a contest's own polls report: the most whose mean ratio to the count
    is within :data:`_AS_GOOD` of the least, over elections with contests enough for theirs to be more than chance.
    Then the spread: what makes the 90 % interval hold nine outcomes in ten, an election counting once.

    Parameters
    ----------
    rows : replayed contests, the columns of :data:`turnout.backtest.replay.ROWS`
    """
    told = rows.filter(pl.col("status") == "projected")
    begun, past_known, own = pl.col("stage") > 0, pl.col("past_election") != "", pl.col("reported_precincts") > 0
    of_phase = {
        "before_polls": ~begun & ~past_known,
        "before_polls_past_known": ~begun & past_known,
        "polls_elsewhere": begun & ~own,
        "polls_of_other_counties": begun & own & (pl.col("order") == "county"),
        "during_polls": begun & own & (pl.col("order") == "random"),
    }
    phases = {}
    for name in PHASES:
        part = told.filter(of_phase[name])
        # once its own polls report, they say how far to go, and the better the more of them there are
        moves = _MOVES if name in _HELD_BACK and part.height else (1.0,)
        ratios = [_ratio(part, move) for move in moves]
        move = next(move for move, ratio in zip(moves, ratios, strict=True) if ratio <= min(ratios) + _AS_GOOD)
        spread = {f"spread_{kind}": _spread_needed(part.filter(kind=kind), move) for kind in ("partisan", "other")}
        phases[name] = Phase(move=move, **spread)
    return Calibration(**phases)


def _moved(move: float) -> pl.Expr:
    """Return how far the projection moves when only part of its move is kept."""
    return (1.0 - move) * (pl.col("counted_share") - pl.col("projected_share"))


def _ratio(rows: pl.DataFrame, move: float) -> float:
    """Mean over stages and elections of the error's ratio to the count's; 1 where nothing can be said."""
    error = (pl.col("projected_share") + _moved(move) - pl.col("truth")).abs()
    counts = (pl.col("counted_share") - pl.col("truth")).abs()
    by_election = rows.group_by("state", "date", "stage", "order").agg(
        ratio=error.sum() / counts.sum(), many=pl.len() >= MANY
    )
    if by_election["many"].any():
        by_election = by_election.filter("many")
    ratio = by_election.filter(pl.col("ratio").is_finite())["ratio"].mean()
    return float(ratio) if isinstance(ratio, float) else 1.0


def _spread_needed(rows: pl.DataFrame, move: float) -> float:
    """Return the factor on intervals under which nine outcomes in ten lie inside, elections counting once."""
    half = (pl.col("hi90") - pl.col("lo90")) / 2
    middle = (pl.col("hi90") + pl.col("lo90")) / 2 + _moved(move)
    told = (
        rows.filter(half > 0)
        .with_columns(
            distance=((pl.col("truth") - middle) / half).abs(),
            weight=1.0 / pl.len().over("state", "date", "stage", "order"),
        )
        .sort("distance")
    )
    if told.is_empty():
        return 1.0
    level = told["weight"].cum_sum() / told["weight"].sum()
    return float(max(told["distance"][int((level < _HELD).sum())], _LEAST_SD))
