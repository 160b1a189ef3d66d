"""Who has voted and who is still to vote, without a projection: it needs a voter file and no returns."""

import datetime as dt

import numpy as np
import polars as pl

from turnout import electorate, ethnicity, reading, reuse
from turnout.contest import Contest
from turnout.electorate import breakdown, days, specification
from turnout.errors import UsageError
from turnout.reading import files, snapshots, source
from turnout.reporting import Run
from turnout.reporting.cohorts import Cohorts
from turnout.reporting.tables import COMPONENTS, PROJECTION
from turnout.running import kept_parts
from turnout.running.progress import Progress, silent
from turnout.workspace import Workspace


def run(
    contest: Contest,
    *,
    as_of: dt.date | None = None,
    by: tuple[str, ...] = (),
    progress: Progress = silent,
    wait: float = 0,
) -> Cohorts:
    """Return cohorts by group and by what is asked for, the days, reconciliation and findings. Nothing is published.

    Parameters
    ----------
    contest : the contest; its expectation as of the day is kept in its ``output``, for the trend
    as_of : the day as of which to say it: later events of ballots, and returns of a later day, are left out
    by : dimensions, see :data:`turnout.electorate.breakdown.DIMENSIONS`
    progress : called with the name of each stage as it begins
    wait : seconds to wait for another run that holds the output directory

    Raises
    ------
    UsageError
        If the contest names no voter file, or a dimension is not known.
    """
    if not contest.inputs.voters:
        raise UsageError("The cohorts need a voter file. Set `voters` under [inputs] in the config.")
    if by:
        breakdown.check(by)
    rng = np.random.default_rng(contest.seed)
    contest = source.pinned(contest, files.members())
    with Workspace.create(contest.output, wait=wait) as workspace:
        progress("reading")
        reading.load(workspace, contest)
        workspace.seal()
        if contest.inputs.partitioned:
            kept_parts.leave(workspace)
        if as_of is None:
            snapshots.follow(workspace, contest)
        contest = reading.completed(workspace, contest)
        if as_of is not None:
            forget_after(workspace, contest, as_of)
        progress("ethnicity")
        ethnicity.estimate(workspace, contest, by_ballot=False)
        progress("electorate")
        built = electorate.build(workspace, contest, rng, as_of)
        if as_of is None:
            snapshots.keep(workspace, contest)
        return _tabulated(workspace, contest, built, by, as_of)


def _tabulated(
    workspace: Workspace,
    contest: Contest,
    built: electorate.Electorate,
    by: tuple[str, ...],
    as_of: dt.date | None,
) -> Cohorts:
    """Make the tables of an electorate, and keep what it expects."""
    spec = specification.load(contest.propensity.model)
    cohorts = electorate.cohorts(built, contest.draws, electorate.stream(contest.seed))

    def tabulate(*dimensions: str) -> pl.DataFrame:
        return breakdown.by(workspace, built, dimensions, spec, contest.draws, electorate.stream(contest.seed))

    table = tabulate(*(by or ("group",)))
    origin = None if built.comparable is None else tabulate("group", "prior")
    day = as_of or days.latest(workspace)
    if day is not None:
        days.keep(workspace, built, day)
    past = contest.propensity.past_days
    by_day = days.table(
        workspace, built, day, days.curve(contest, spec.totals), None if past is None else days.read_past(past)
    )
    run = Run(
        contest=contest,
        projection=pl.DataFrame(schema=PROJECTION),
        cohorts=cohorts,
        support=None,
        components=pl.DataFrame(schema=COMPONENTS),
        reconciliation=workspace.table("reconciliation"),
        findings=workspace.table("findings"),
        provenance={"seed": contest.seed, "cohort_totals": built.totals()},
    )
    return Cohorts(run, by, table, origin, by_day, built.comparable)


def forget_after(workspace: Workspace, contest: Contest, as_of: dt.date) -> None:
    """Leave out what was not known on a day.

    Raises
    ------
    UsageError
        If the day is after the election and there are no returns of it to count from.
    """
    events = workspace.query("electorate/events_span").row(0, named=True)
    if events["last"] is not None and as_of > events["last"]:
        workspace.note(
            "as of", f"The ballots end on {events['last']}; as of {as_of} they are taken to stand as they did then."
        )
    if events["undated"]:
        workspace.note(
            "as of", f"{events['undated']:,} events of ballots have no date, and count as of any day.",
            severity="warning",
        )  # fmt: skip
    reuse.disown(workspace.connection, ("ballots",))
    workspace.execute("electorate/as_of", as_of=as_of)
    workspace.connection.execute("TRUNCATE ballots")
    workspace.execute("reading/ballots")
    if contest.date is None or as_of < contest.date:
        workspace.connection.execute("DELETE FROM results WHERE NOT is_past")
