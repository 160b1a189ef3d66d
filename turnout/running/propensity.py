"""How well each specification of the propensity does on an election it has not seen, in a workspace thrown away."""

import tempfile
from pathlib import Path

import numpy as np

from turnout import electorate, ethnicity, reading
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.running.progress import Progress, silent
from turnout.workspace import Workspace


def run(contest: Contest, *, progress: Progress = silent) -> electorate.Comparison:
    """Compare the shipped specifications, and the contest's own, on its voter file and vote history.

    Raises
    ------
    UsageError
        If the contest names no voter file or no vote history, or the history holds no two elections.
    """
    if not (contest.inputs.voters and contest.inputs.vote_history):
        raise UsageError("Propensities need a voter file and a vote history. Set both under [inputs] in the config.")
    models = tuple(dict.fromkeys((contest.propensity.model, *electorate.MODELS)))
    with (
        tempfile.TemporaryDirectory(prefix="turnout-propensity-") as directory,
        Workspace.create(Path(directory)) as workspace,
    ):
        progress("reading")
        reading.load(workspace, contest)
        contest = reading.completed(workspace, contest)
        progress("ethnicity")
        ethnicity.estimate(workspace, contest)
        progress("comparing")
        return electorate.compare(workspace, contest, np.random.default_rng(contest.seed), models)
