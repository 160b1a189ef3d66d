"""Who has voted and who is still to vote, without a projection: it needs a voter file and no returns."""

import numpy as np
import polars as pl

from turnout import electorate, ethnicity, reading
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.reading import snapshots
from turnout.reporting import Run
from turnout.reporting.tables import COMPONENTS, PROJECTION
from turnout.running.progress import Progress, silent
from turnout.workspace import Workspace


def run(contest: Contest, *, progress: Progress = silent, wait: float = 0) -> Run:
    """Return a run with cohorts, reconciliation and findings, and no contest projected. Nothing is published.

    Parameters
    ----------
    wait : seconds to wait for another run that holds the output directory

    Raises
    ------
    UsageError
        If the contest names no voter file.
    """
    if not contest.inputs.voters:
        raise UsageError("The cohorts need a voter file. Set `voters` under [inputs] in the config.")
    rng = np.random.default_rng(contest.seed)
    with Workspace.create(contest.output, wait=wait) as workspace:
        progress("reading")
        reading.load(workspace, contest)
        workspace.seal()
        snapshots.follow(workspace, contest)
        contest = reading.completed(workspace, contest)
        progress("ethnicity")
        ethnicity.estimate(workspace, contest)
        progress("electorate")
        built = electorate.build(workspace, contest, rng)
        snapshots.keep(workspace, contest)
        return Run(
            contest=contest,
            projection=pl.DataFrame(schema=PROJECTION),
            cohorts=electorate.cohorts(built, contest.draws, rng),
            support=None,
            components=pl.DataFrame(schema=COMPONENTS),
            reconciliation=workspace.table("reconciliation"),
            findings=workspace.table("findings"),
            provenance={"seed": contest.seed},
        )
