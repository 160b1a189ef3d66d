"""What stands beside the documentation's examples: a small demo, and the results of a short past."""

from pathlib import Path

import polars as pl
import pytest

from tests.backtest.conftest import COLUMNS, past
from turnout import example

SMALL = example.CA34.scaled(voters=3_000, precincts=8)


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("demo") / "demo"
    truth = example.generate(directory, 2017, SMALL)
    example.write_night(directory / "night", truth)
    return directory


@pytest.fixture(scope="session")
def history(tmp_path_factory) -> Path:
    """Results of one election in each of two states."""
    directory = tmp_path_factory.mktemp("history") / "past-results"
    directory.mkdir()
    rows = [{**line, "state": state} for state in ("GA", "TX") for line in past()[-1]]
    pl.DataFrame(rows, schema=COLUMNS).write_csv(directory / "results.csv")
    return directory
