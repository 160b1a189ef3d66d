"""Ballots and projections from a few lines of returns."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.projection import Projection, project
from turnout.projection import ballot as ballots
from turnout.projection.ballot import Ballot
from turnout.workspace import Workspace

COLUMNS = ["state", "date", "contest", "county", "precinct", "candidate", "party"]
MODES = ["mail", "early_voting", "election_day", "provisional"]
Lines = list[dict[str, Any]]


def write_returns(path: Path, lines: Lines, modes: list[str]) -> Path:
    defaults = {"state": "ZZ", "date": "2022-11-08", "contest": "Mayor", "county": "ONE", "party": ""}
    schema = {**dict.fromkeys(COLUMNS, pl.String), **dict.fromkeys(modes, pl.Int64)}
    frame = pl.DataFrame([{**dict.fromkeys(schema), **defaults, **line} for line in lines], schema=schema)
    frame.write_csv(path)
    return path


@pytest.fixture
def ballot_of(tmp_path: Path) -> Callable[[Lines], Ballot]:
    """Read lines of returns into a ballot."""

    def read(lines: Lines, modes: list[str] = MODES) -> Ballot:
        contest = Contest(inputs=Inputs(returns=(write_returns(tmp_path / "returns.csv", lines, modes),)))
        with Workspace.create(tmp_path / "ballot", threads=2) as workspace:
            reading.load(workspace, contest)
            return ballots.load(workspace)

    return read


@pytest.fixture
def projected(tmp_path: Path) -> Callable[..., Projection]:
    """Project lines of returns, with past returns if given."""

    def run(lines: Lines, past: Lines | None = None, *, seed: int = 1, modes: list[str] = MODES) -> Projection:
        history = (write_returns(tmp_path / "history.csv", past, MODES),) if past else ()
        inputs = Inputs(returns=(write_returns(tmp_path / "returns.csv", lines, modes),), history=history)
        contest = Contest(inputs=inputs, draws=400)
        with Workspace.create(tmp_path / "projection", threads=2) as workspace:
            reading.load(workspace, contest)
            return project(workspace, contest, None, np.random.default_rng(seed))

    return run
