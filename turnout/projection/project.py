"""The projection of a ballot, from the canonical tables to the rows of ``projection.csv``."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from turnout.contest import Contest
from turnout.electorate import Electorate
from turnout.errors import InputRefused
from turnout.projection import ballot as ballots
from turnout.projection import baseline as baselines
from turnout.projection import (
    bounds,
    calibration,
    carry,
    groups,
    late,
    losses,
    notes,
    parallel,
    polls,
    positions,
    sites,
    summary,
    units,
)
from turnout.projection.engine import MODE_SHIFT, SAMPLING, TURNOUT_TOTAL, Model
from turnout.projection.hierarchy import NOISE, GaussianHierarchy
from turnout.projection.priors import Priors
from turnout.projection.support import SupportSpec
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

#: Components of the uncertainty without a voter file, and those a voter file adds.
COMPONENTS: Final = (MODE_SHIFT, TURNOUT_TOTAL, groups.COMPOSITION, NOISE, SAMPLING)
GROUP_COMPONENTS: Final = (groups.SUPPORT, groups.ETHNICITY)
#: Contests above which components are taken apart by so many draws only, for all draws would cost more than the
#: projection. The standard deviation of 64 draws in pairs is known to within a tenth or so.
_MANY: Final = 20
_DRAWS_OF_MANY: Final = 64


@dataclass(frozen=True)
class Projection:
    """What is projected.

    Attributes
    ----------
    table : one row a contest × candidate, the columns of ``projection.csv``
    together : the same with a candidate's spellings as one, of contests where there are any
    totals : contest, counted_votes, expected, lo90, hi90: all votes of each contest in the end
    components : contest, component, sd_share (sd of the expected leader's final share that it brings by itself)
    support : contest, group, candidate, share, lo90, hi90, and the bounds least, most; None without a voter file
    models : names of the specifications in ``models/`` that were used
    precincts : contest, county, precinct, candidate, counted_votes, projected_votes, reported; empty for ballots of
        more than a few contests
    """

    table: pl.DataFrame
    together: pl.DataFrame
    totals: pl.DataFrame
    components: pl.DataFrame
    support: pl.DataFrame | None
    models: tuple[str, ...]
    precincts: pl.DataFrame


def project(
    workspace: Workspace,
    contest: Contest,
    electorate: Electorate | None,
    rng: np.random.Generator,
    past: baselines.Past | None = None,
) -> Projection:
    """Project every contest of the returns in an open workspace.

    Parameters
    ----------
    workspace : with ``results`` filled
    contest : draws to make
    electorate : cells of a voter file; None to project from results alone. So it is where the file holds fewer voters
        than have voted early, for then it is of other people
    rng : source of every draw
    past : past results, where they are at hand; None to read them

    Raises
    ------
    InputRefused
        If the returns hold no votes at all.
    """
    ballot = ballots.load(workspace)
    if not ballot.rows:
        raise InputRefused("The returns hold no line that could be used; `turnout check` says why.")
    past = past or baselines.Past.read(workspace)
    baseline = baselines.build(past.units, ballot, past.namesakes)
    notes.write(workspace, ballot, baseline, electorate)
    lost = losses.load(workspace, ballot)
    if electorate is not None and not notes.covers(electorate, ballot):
        electorate = None
    if electorate is not None:
        ballot = ballot.expecting_late()
    with threadpool_limits(1):  # the order of additions, and so the last digit, must not depend on the cores
        model = fit(ballot, baseline, electorate, contest.draws, rng)
        expectation = model.expectation
        grouped = isinstance(expectation, groups.GroupExpectation)
        votes, off = model.draw(contest.draws, rng), lost.off(ballot)
        moved = lost.draw(ballot, contest.draws, rng.spawn(1)[0]) if off.any() else None
        votes = votes if moved is None else votes + moved
        table = summary.table(ballot, votes, off=off)
        return Projection(
            table=table,
            together=summary.together(ballot, votes, off=off),
            totals=summary.totals(ballot, votes, table),
            components=_components(model, contest.draws, rng, moved),
            support=_support(expectation, model) if isinstance(expectation, groups.GroupExpectation) else None,
            models=(
                *(("ethnicity", contest.propensity.model, "support") if grouped else ()),
                *model.specs,
                "late",
                "calibration",
            ),
            precincts=units.table(model, table),
        )


def fit(
    ballot: ballots.Ballot,
    baseline: baselines.Baseline,
    electorate: Electorate | None,
    draws: int,
    rng: np.random.Generator,
    learned: Priors | None = None,
) -> Model:
    """Fit turnout and shift at the polls to what has reported, on top of what is expected.

    ``learned`` stands in for the shipped priors of a run from results alone.
    ``draws`` is how many draws of the groups' support and make-up a voter file's expectation holds; the model must
    then be asked for as many.
    """
    placed = positions.place(ballot)
    early = carry.pool(ballot, placed)
    home = sites.at_home(ballot, baseline.poll)
    splits = polls.splits_of(ballot, placed, early, baseline, home)
    expectation: polls.Expectation
    if electorate is None:
        specs, late_spec = ("turnout", "shift"), late.load("late_mail" if ballot.has_late_mail else "results")
        expectation = carry.expect(early, home, baseline, late_spec)
        total_sd, late_sd = 0.0, late_spec.log_ratio_sd
    else:
        specs, late_spec = ("turnout-cells", "shift-cells"), late.load("cells")
        expectation = groups.expect(ballot, placed, electorate, SupportSpec.load(), draws, rng)
        total_sd, late_sd = electorate.total_sd["poll"], electorate.total_sd["late"]
    frame = polls.turnout_frame(ballot, baseline, home, np.exp(expectation.log_poll), total_sd)
    learned = learned or Priors.load()
    shown = (
        (specs[0], frame, polls.turnout_observations(ballot, expectation)),
        (specs[1], splits.frame, polls.shift_observations(ballot, placed, splits, expectation)),
    )
    turnout, shift = parallel.each(lambda part: _fitted(learned, *part), shown)
    figures = polls.turnout_of_figures(ballot, expectation, turnout.predict())
    if figures is not None:
        turnout = _fitted(learned, specs[0], frame, replace(shown[0][2], blended=figures))
    calibrated = learned.calibration if electorate is None else calibration.load()
    applied = calibrated.of_contests(ballot, past_known=bool(baseline.date))
    return Model(ballot, placed, expectation, turnout, shift, splits, late_spec, late_sd, applied, specs)


def _fitted(learned: Priors, name: str, frame: pl.DataFrame, seen: polls.Observations) -> GaussianHierarchy:
    return GaussianHierarchy(learned.hierarchy(name)).fit(frame, seen.y, seen.variance, seen.observed, seen.blended)


def _components(model: Model, draws: int, rng: np.random.Generator, moved: ballots.Floats | None) -> pl.DataFrame:
    """Draw each component by itself and measure what it does to the expected leader's final share.

    ``moved``: draws of what lost lines do to the votes of each choice, (choices, draws); None where none were lost.
    """
    ballot, expectation = model.ballot, model.expectation
    grouped = isinstance(expectation, groups.GroupExpectation)
    if len(ballot.contests) > _MANY and draws > _DRAWS_OF_MANY:
        draws = _DRAWS_OF_MANY
        if isinstance(expectation, groups.GroupExpectation):
            model = replace(model, expectation=expectation.thinned(draws))
    parts = {}
    if ballot.outstanding().any():
        for component in (*GROUP_COMPONENTS, *COMPONENTS) if grouped else COMPONENTS:
            parts[component] = summary.leaders(ballot, model.draw(draws, rng, {component})).std(axis=1)
    if moved is not None:
        parts[losses.LOST_LINES] = summary.leaders(ballot, model.draw(draws, rng, ()) + moved[:, :draws]).std(axis=1)
    return pl.DataFrame(
        [
            (name, component, float(sd[number]))
            for number, name in sorted(enumerate(ballot.contests), key=lambda pair: pair[1])
            for component, sd in parts.items()
        ],
        schema={"contest": pl.String, "component": pl.String, "sd_share": pl.Float64},
        orient="row",
    )


def _support(expectation: groups.GroupExpectation, model: Model) -> pl.DataFrame:
    """Support by group with 90 % intervals and bounds, of the choices that have a position of their own."""
    ballot, rows = model.ballot, []
    for number, fitted in enumerate(expectation.contests):
        low, high = np.quantile(fitted.support, [0.05, 0.95], axis=0)
        mean = fitted.support.mean(axis=0)
        votes = model.positions.votes[fitted.rows.start : fitted.rows.stop, : mean.shape[1], ballots.EARLY]
        least, most = bounds.of_support(
            votes, expectation.voters[fitted.rows.start : fitted.rows.stop, :, ballots.EARLY]
        )
        names = ballot.choices.filter(pl.col("contest") == number)["candidate"].to_list()
        rows += [
            (ballot.contests[number], group, name, mean[g, c], low[g, c], high[g, c], least[g, c], most[g, c])
            for g, group in enumerate(GROUPS)
            for c, name in enumerate(names[: mean.shape[1]])
        ]
    schema = {"contest": pl.String, "group": pl.String, "candidate": pl.String}
    numbers = ("share", "lo90", "hi90", "least", "most")
    return pl.DataFrame(rows, schema={**schema, **dict.fromkeys(numbers, pl.Float64)}, orient="row")
