"""What stands beside the documentation's examples: a small demo, and the results of a short past."""

from pathlib import Path

import polars as pl
import pytest

from tests.backtest.conftest import COLUMNS, past
from turnout import example

SMALL = example.CA34.scaled(voters=3_000, precincts=8)


def generate(directory: Path, seed: int, make=example.generate) -> example.Truth:
    """The demo's files of a small electorate, to be projected from few draws."""
    truth = make(directory, seed, SMALL)
    config = directory / "contest.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("\nseed =", "\ndraws = 100\nseed ="), encoding="utf-8"
    )
    return truth


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("demo") / "demo"
    truth = generate(directory, 2017)
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
