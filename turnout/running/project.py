"""One run, from inputs to published outputs."""

import hashlib
import platform
import time
from importlib import metadata
from typing import Final

import numpy as np

from turnout import electorate, ethnicity, projection, reading, reporting, resources
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.running.progress import Progress, silent
from turnout.workspace import Workspace

#: Libraries whose versions can change a result.
_LIBRARIES: Final = ("duckdb", "numpy", "polars", "scikit-learn", "scipy")


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
    if not contest.inputs.returns:
        raise UsageError(
            "There are no returns to project from. Name a file with --returns, or `returns` in [inputs]."
        )
    _require_generated(contest)
    started = time.time()
    rng = np.random.default_rng(contest.seed)
    with Workspace.create(contest.output) as workspace:
        progress("reading")
        reading.load(workspace, contest)
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
    reconciliation = workspace.table("reconciliation")
    return {
        "turnout": metadata.version("turnout"),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        "seed": contest.seed,
        "draws": contest.draws,
        "inputs": [
            {"name": row["source"], "rows": row["loaded"], "sha256": row["sha256"]}
            for row in reconciliation.iter_rows(named=True)
        ],
        "models": {name: _digest(name) for name in models},
        "started": started,
        "seconds": time.time() - started,
    }


def _digest(model: str) -> str:
    return hashlib.sha256(resources.find("models", f"{model}.toml").read_bytes()).hexdigest()
