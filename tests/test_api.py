"""The public Python API: every name is there, and importing the package loads no model."""

import subprocess
import sys
from pathlib import Path

import polars as pl

import turnout
from tests.backtest.conftest import past, write_history


def test_every_public_name_is_there() -> None:
    for name in turnout.__all__:
        assert getattr(turnout, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(turnout, "nonsense")


def test_importing_the_package_loads_no_model() -> None:
    code = "import sys, turnout; print([m for m in ('duckdb', 'polars', 'sklearn', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_contest_is_projected_from_python(tmp_path) -> None:
    returns = tmp_path / "early.csv"
    returns.write_text("precinct,candidate,mail\n1,Ada,600\n1,Bob,400\n2,Ada,450\n2,Bob,550\n")
    contest = turnout.Contest(inputs=turnout.Inputs(returns=(returns,)), output=tmp_path / "out")
    run = turnout.project(contest)
    assert isinstance(run, turnout.Run)
    assert set(run.projection["candidate"]) == {"Ada", "Bob"}
    assert (tmp_path / "out" / "projection.csv").exists()


def test_the_voter_level_estimator_is_there_and_gives_probabilities():
    people = pl.DataFrame({"last_name": ["Kim", "Nguyen"], "first_name": ["Grace", "Linh"]})
    shares = turnout.BIFSG(learn_prior=False).fit(people).predict_proba(people)
    assert shares.shape == (2, 12)
    assert abs(shares.sum(axis=1) - 1).max() < 1e-5  # in single precision


def test_past_elections_are_replayed_from_python(tmp_path):
    history = write_history(tmp_path / "history", past())
    result = turnout.backtest(history, tmp_path / "out", shares=(25,), orders=("random",), draws=100)
    assert isinstance(result, turnout.Backtest)
    assert set(result.rows["stage"]) == {25}
    assert "ratio" in result.summary.columns
    assert (tmp_path / "out" / "summary.csv").exists()


def test_the_room_of_that_name_is_there_too():
    code = (
        "import turnout.running.backtest, turnout\n"
        "from turnout import backtest\n"
        "from turnout.backtest import ORDERS\n"
        "print(callable(backtest), callable(turnout.backtest), backtest.ORDERS == ORDERS)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3


def test_the_public_names_are_typed(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "import polars as pl\n"
        "import turnout\n"
        "run: turnout.Run = turnout.project(turnout.Contest.load(Path('contest.toml')))\n"
        "frame: pl.DataFrame = run.projection\n"
        "rows: pl.DataFrame = turnout.backtest(Path('past'), Path('out'), states=['GA']).rows\n"
        "who: turnout.Cohorts = turnout.cohorts(turnout.Contest())\n"
    )
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(root / "pyproject.toml"), str(script)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Success"), done.stdout


def test_what_there_is_can_be_listed():
    assert dir(turnout) == sorted(turnout.__all__)
