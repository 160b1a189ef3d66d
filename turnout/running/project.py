"""One run, from inputs to published outputs."""

import time

import numpy as np

from turnout import electorate, ethnicity, projection, reading, reporting
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.reading import snapshots
from turnout.running import provenance
from turnout.running.progress import Progress, silent
from turnout.workspace import Workspace


def run(contest: Contest, *, progress: Progress = silent) -> reporting.Run:
    """Read the inputs of a contest, project it, and publish the outputs in ``contest.output``.

    Parameters
    ----------
    contest : what to project, and from which files; a voter file is optional
    progress : called with the name of each stage as it begins

    Raises
    ------
    UsageError
        If the contest names no returns.
    InputRefused
        If an input cannot be used.
    WorkspaceBusy
        If another run holds the output directory.
    """
    if not (contest.inputs.returns or contest.inputs.release):
        raise UsageError(
            "There are no returns to project from. Name a file with --returns, or `returns` in [inputs]."
        )
    _require_generated(contest)
    started = time.time()
    rng = np.random.default_rng(contest.seed)
    with Workspace.create(contest.output) as workspace:
        progress("reading")
        reading.load(workspace, contest)
        snapshots.follow(workspace, contest)
        contest = reading.completed(workspace, contest)
        cohorts, voters = None, None
        if contest.inputs.voters:
            progress("ethnicity")
            ethnicity.estimate(workspace, contest)
            progress("electorate")
            voters = electorate.build(workspace, contest, rng)
            cohorts = electorate.cohorts(voters, contest.draws, rng)
        progress("projection")
        projected = projection.project(workspace, contest, voters, rng)
        result = reporting.Run(
            contest=contest,
            projection=projected.table,
            cohorts=cohorts,
            support=projected.support,
            components=projected.components,
            reconciliation=workspace.table("reconciliation"),
            findings=workspace.table("findings"),
            provenance=_provenance(workspace, contest, projected.models, started)
            | ({"cohort_totals": voters.totals()} if voters is not None else {}),
        )
        progress("reporting")
        with workspace.publication() as directory:
            reporting.write(directory, result)
        snapshots.keep(workspace, contest)
    return result


def _require_generated(contest: Contest) -> None:
    """Say how to make the files of a synthetic contest that are not there; the reader speaks for all others."""
    missing = [path for path in contest.inputs.paths() if not path.exists()]
    if contest.synthetic and missing:
        raise UsageError(
            f"{missing[0]}: no such file. This electorate is generated: `turnout demo --files-only "
            f"{missing[0].parent}` makes its files."
        )


def _provenance(workspace: Workspace, contest: Contest, models: tuple[str, ...], started: float) -> dict[str, object]:
    """Return what the result rests on: versions, seed, inputs and models by hash, and how long it took."""
    return {
        **provenance.versions(),
        "seed": contest.seed,
        "draws": contest.draws,
        "inputs": provenance.inputs(workspace),
        "models": {name: provenance.digest(name) for name in models},
        "started": started,
        "seconds": time.time() - started,
    }
