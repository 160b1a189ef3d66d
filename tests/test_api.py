"""The public Python API: every name is there, and importing the package loads no model."""

import subprocess
import sys

import turnout


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
