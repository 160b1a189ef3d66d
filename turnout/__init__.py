"""Voter-file turnout modelling: who has voted, who is still to vote, where it ends, and how sure we are.

The public Python API. Everything else may change between versions.

>>> from pathlib import Path
>>> from turnout import Contest, project
>>> run = project(Contest.load(Path("contest.toml")))  # doctest: +SKIP
>>> run.projection  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turnout.contest import Candidate, Contest, Inputs
    from turnout.errors import TurnoutError
    from turnout.reporting import Run
    from turnout.running.cohorts import run as cohorts
    from turnout.running.project import run as project
    from turnout.workspace import Workspace

__all__ = ["Candidate", "Contest", "Inputs", "Run", "TurnoutError", "Workspace", "cohorts", "project"]

# Where each name lives. They are imported when first asked for, so that `turnout --help` does not load the models.
_HOMES = {
    "Candidate": ("turnout.contest", "Candidate"),
    "Contest": ("turnout.contest", "Contest"),
    "Inputs": ("turnout.contest", "Inputs"),
    "Run": ("turnout.reporting", "Run"),
    "TurnoutError": ("turnout.errors", "TurnoutError"),
    "Workspace": ("turnout.workspace", "Workspace"),
    "cohorts": ("turnout.running.cohorts", "run"),
    "project": ("turnout.running.project", "run"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'turnout' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
