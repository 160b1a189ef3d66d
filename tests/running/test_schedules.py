"""The examples for schedulers: what can be tried of them without the scheduler."""

import contextlib
import os
import runpy
import shlex
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from tests.running.test_batch import contest

SCHEDULES = Path(__file__).parents[2] / "configs" / "schedule"
COMMAND = "/opt/turnout/bin/turnout"


@pytest.fixture
def stub(tmp_path) -> Path:
    """The command's stand-in: exits with the code its contest's directory is named, and notes its arguments."""
    path = tmp_path / "turnout"
    path.write_text('#!/bin/sh\necho "$@" >> "$(dirname "$0")/called"\nexit $(basename $(dirname "$2"))\n')
    path.chmod(0o755)
    return path


def as_written(line: str) -> list[str]:
    """The arguments of the command in a line of a schedule."""
    words = shlex.split(line.split(COMMAND, 1)[1].split(">>", maxsplit=1)[0])
    return [word.replace("/srv/turnout/contests", "contests") for word in words]


@pytest.mark.parametrize("name", ["turnout.service", "turnout.crontab"])
def test_the_command_in_a_schedule_runs(tmp_path, name):
    contest(tmp_path / "contests" / "mayor")
    text = (SCHEDULES / name).read_text()
    (line,) = [line for line in text.splitlines() if COMMAND in line and not line.startswith("#")]
    command = [sys.executable, "-m", "turnout", *as_written(line)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"projected": 1' in done.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path):
    for name in ("turnout.service", "turnout.timer"):
        text = (SCHEDULES / name).read_text()
        (tmp_path / name).write_text(text.replace(COMMAND, sys.executable).replace("User=turnout\n", ""))
    paths = [str(tmp_path / name) for name in ("turnout.service", "turnout.timer")]
    done = subprocess.run(
        [shutil.which("systemd-analyze"), "verify", *paths], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or line.startswith("turnout.")]
    assert (done.returncode, ours) == (0, []), done.stderr


def airflow(monkeypatch) -> types.SimpleNamespace:
    """Stand in for Airflow: a task runs when it is called, and how it ends is kept."""
    ended = types.SimpleNamespace(states={}, asked=None)
    fail, skip = type("AirflowFailException", (Exception,), {}), type("AirflowSkipException", (Exception,), {})

    def task(function, *, task_id, retries):
        def call(*arguments):
            states = {fail: "failed", skip: "skipped", RuntimeError: "retried"}
            try:
                function(*arguments)
                ended.states[task_id] = "done"
            except tuple(states) as error:
                ended.states[task_id] = states[type(error)]

        return call

    def dag(**given):
        ended.asked = given
        return lambda function: function

    sdk, exceptions = types.ModuleType("airflow.sdk"), types.ModuleType("airflow.exceptions")
    sdk.dag, sdk.task = dag, task
    exceptions.AirflowFailException, exceptions.AirflowSkipException = fail, skip
    for name, module in {"airflow": types.ModuleType("airflow"), "airflow.sdk": sdk}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "airflow.exceptions", exceptions)
    return ended


def moved(name: str, tmp_path: Path, stub: Path) -> str:
    text = (SCHEDULES / name).read_text().replace(COMMAND, str(stub))
    path = tmp_path / name
    path.write_text(text.replace("/srv/turnout/contests", str(tmp_path / "contests")))
    return str(path)


def test_the_dag_has_a_task_a_contest_and_knows_the_exit_codes(tmp_path, monkeypatch, stub):
    ended = airflow(monkeypatch)
    for code in (0, 1, 3, 5, 6, 7):
        contest(tmp_path / "contests" / str(code))
    runpy.run_path(moved("airflow_dag.py", tmp_path, stub))
    assert ended.asked["max_active_runs"] == 1
    assert ended.states == {
        "project_0": "done", "project_1": "retried", "project_3": "failed",
        "project_5": "skipped", "project_6": "skipped", "project_7": "failed",
    }  # fmt: skip


def test_the_flow_runs_every_contest(tmp_path, monkeypatch, stub):
    prefect = types.ModuleType("prefect")
    prefect.task = prefect.flow = lambda **_: lambda function: function
    monkeypatch.setitem(sys.modules, "prefect", prefect)
    for code in (0, 5, 6):
        contest(tmp_path / "contests" / str(code))
    module = runpy.run_path(moved("prefect_flow.py", tmp_path, stub))
    module["turnout"]()
    assert len((tmp_path / "called").read_text().splitlines()) == 3
    with pytest.raises(RuntimeError, match="code 3"):
        module["project"](str(contest(tmp_path / "contests" / "3")))


def test_what_the_examples_pass_are_options_there_are(tmp_path):
    told = subprocess.run(
        [sys.executable, "-m", "turnout", "batch", "--help"], capture_output=True, text=True, check=True,
        env={**os.environ, "COLUMNS": "200"},
    ).stdout  # fmt: skip
    text = "".join(path.read_text() for path in SCHEDULES.iterdir() if path.is_file())
    for option in {word for word in shlex.split(text.replace("'", " "), comments=False) if word.startswith("--")}:
        with contextlib.suppress(ValueError):
            assert option.strip('",[]') in told or option == "--now"
