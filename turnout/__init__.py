"""Voter-file turnout modelling: who has voted, who is still to vote, where it ends, and how sure we are.

The public Python API. Everything else may change between versions.

>>> from pathlib import Path
>>> from turnout import Contest, project
>>> run = project(Contest.load(Path("contest.toml")))  # doctest: +SKIP
>>> run.projection  # doctest: +SKIP
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from turnout.backtest.result import Backtest
    from turnout.contest import Candidate, Contest, Inputs, Release
    from turnout.errors import (
        AbstainedEverywhere,
        InputRefused,
        InputStale,
        TurnoutError,
        UsageError,
        WorkspaceBusy,
    )
    from turnout.ethnicity.bifsg import BIFSG
    from turnout.projection.hierarchy import GaussianHierarchy
    from turnout.reporting import Run
    from turnout.reporting.cohorts import Cohorts
    from turnout.running.backtest import over as backtest
    from turnout.running.cohorts import run as cohorts
    from turnout.running.live import Live
    from turnout.running.project import run as project
    from turnout.workspace import Workspace

__all__ = [
    "BIFSG",
    "AbstainedEverywhere",
    "Backtest",
    "Candidate",
    "Cohorts",
    "Contest",
    "GaussianHierarchy",
    "InputRefused",
    "InputStale",
    "Inputs",
    "Live",
    "Release",
    "Run",
    "TurnoutError",
    "UsageError",
    "Workspace",
    "WorkspaceBusy",
    "backtest",
    "cohorts",
    "project",
]

# Where each name lives. They are imported when first asked for, so that `turnout --help` does not load the models.
_HOMES = {
    "AbstainedEverywhere": ("turnout.errors", "AbstainedEverywhere"),
    "BIFSG": ("turnout.ethnicity.bifsg", "BIFSG"),
    "Backtest": ("turnout.backtest.result", "Backtest"),
    "Candidate": ("turnout.contest", "Candidate"),
    "Cohorts": ("turnout.reporting.cohorts", "Cohorts"),
    "Contest": ("turnout.contest", "Contest"),
    "GaussianHierarchy": ("turnout.projection.hierarchy", "GaussianHierarchy"),
    "InputRefused": ("turnout.errors", "InputRefused"),
    "InputStale": ("turnout.errors", "InputStale"),
    "Inputs": ("turnout.contest", "Inputs"),
    "Live": ("turnout.running.live", "Live"),
    "Release": ("turnout.contest", "Release"),
    "Run": ("turnout.reporting", "Run"),
    "TurnoutError": ("turnout.errors", "TurnoutError"),
    "UsageError": ("turnout.errors", "UsageError"),
    "Workspace": ("turnout.workspace", "Workspace"),
    "WorkspaceBusy": ("turnout.errors", "WorkspaceBusy"),
    "cohorts": ("turnout.running.cohorts", "run"),
    "project": ("turnout.running.project", "run"),
}


def __getattr__(name: str) -> object:
    if name == "backtest":
        return import_module("turnout.backtest")
    if name not in _HOMES:
        raise AttributeError(f"module 'turnout' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Backtest(ModuleType):
    """The room `turnout.backtest`, which called is the function of that name: one name cannot stand for both."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - typed where it lives
        """Replay past elections and score the projections; see :func:`turnout.running.backtest.over`."""
        return import_module("turnout.running.backtest").over(*arguments, **options)


class _Package(ModuleType):
    """The package, which makes the room callable as soon as anyone imports it."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "backtest" and isinstance(value, ModuleType):
            value.__class__ = _Backtest
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
