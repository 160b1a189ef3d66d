"""Inputs described and validated before any model, in a workspace that is thrown away."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from turnout import reading
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.running.progress import Progress, silent
from turnout.workspace import Workspace


@dataclass(frozen=True)
class Check:
    """What reading the inputs showed: the tables ``reconciliation`` and ``findings``."""

    reconciliation: pl.DataFrame
    findings: pl.DataFrame


def run(contest: Contest, *, progress: Progress = silent) -> Check:
    """Read every input of a contest and keep nothing but what it says about them.

    Raises
    ------
    UsageError
        If the contest names no input.
    InputRefused
        If an input cannot be used.
    """
    if next(contest.inputs.paths(), None) is None:
        raise UsageError("There is nothing to check. Name a CONFIG, or files with --returns, --voters and the like.")
    with (
        tempfile.TemporaryDirectory(prefix="turnout-check-") as directory,
        Workspace.create(Path(directory)) as workspace,
    ):
        progress("reading")
        reading.load(workspace, contest)
        return Check(workspace.table("reconciliation"), workspace.table("findings"))
