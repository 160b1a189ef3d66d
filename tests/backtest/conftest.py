"""A small past: three elections of 24 precincts, in which the polls lean away from the early vote by a shift."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from turnout import reading
from turnout.workspace import Workspace

DATES = ("2018-11-06", "2020-11-03", "2022-11-08")
SHIFT = -0.6
COLUMNS = (
    "state",
    "date",
    "contest",
    "county",
    "precinct",
    "candidate",
    "party",
    "mail",
    "election_day",
    "provisional",
)
CONTESTS = {"Governor": (("Ada", "DEM"), ("Bob", "REP")), "Mayor": (("Cy", ""), ("Di", ""), ("Ed", ""))}
UNITS = tuple((f"K{county}", f"P{county}{number:02d}") for county in range(2) for number in range(12))


def election(date: str, seed: int) -> list[dict]:
    """Lines of one election, complete: a partisan contest whose polls shift and another whose polls do not."""
    rng = np.random.default_rng(seed)
    lines = []
    for county, precinct in UNITS:
        lean = rng.normal(0, 0.5)
        for contest, choices in CONTESTS.items():
            shares = {}
            for mode, logit in (("mail", lean), ("election_day", lean + SHIFT * (contest == "Governor"))):
                first = 0.9 / (1 + np.exp(-logit - rng.normal(0, 0.05)))
                rest = [1 - first] if len(choices) == 2 else [0.9 - first, 0.1]
                shares[mode] = rng.multinomial(rng.integers(150, 400), [first, *rest])
            for place, (name, party) in enumerate(choices):
                votes = {mode: int(found[place]) for mode, found in shares.items()}
                key = dict(zip(COLUMNS, ("ZZ", date, contest, county, precinct, name, party), strict=False))
                lines.append({**key, **votes, "provisional": int(rng.integers(0, 4))})
    return lines


def past() -> list[list[dict]]:
    """The three elections, one list of lines each."""
    return [election(date, seed) for seed, date in enumerate(DATES)]


def write_history(directory: Path, elections: list[list[dict]]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "zz.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(line for lines in elections for line in lines)
    return directory


@pytest.fixture
def full_count(tmp_path) -> Callable[[list[list[dict]], str], tuple[pl.DataFrame, pl.DataFrame]]:
    """Read elections and return the lines of one of them, and the state's past units of all."""

    def read(elections: list[list[dict]], date: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        history = write_history(tmp_path / "history", elections)
        with Workspace.create(tmp_path / "reading", threads=2) as workspace:
            reading.load_history(workspace, [history])
            workspace.execute("projection/macros")
            lines = workspace.query("projection/lines", is_past=True, state="ZZ", date=date)
            return lines, workspace.query("projection/past_units", state="ZZ")

    return read
