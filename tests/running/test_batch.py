"""A batch as schedulers run it: what is isolated, what is done again, what is entered, what is too old."""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from turnout import reuse
from turnout.errors import AbstainedEverywhere, BatchPartlyFailed, InputStale, UsageError, WorkspaceBusy
from turnout.running import batch, freshness, ledger, project, workers
from turnout.workspace import Workspace

RETURNS = "precinct,candidate,mail,election_day\n1,Ada,600,50\n1,Bob,400,70\n2,Ada,450,\n2,Bob,550,\n"
CONFIG = 'date = 2022-11-08\nstate = "ZZ"\ndraws = 100\n[inputs]\nreturns = ["returns.csv"]\n'


def contest(directory: Path, returns: str = RETURNS, config: str = CONFIG) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "returns.csv").write_text(returns)
    (directory / "contest.toml").write_text(config)
    return directory / "contest.toml"


def run(configs, **settings) -> list[batch.Outcome]:
    return list(batch.run(configs, batch.Settings(**settings)))


def statuses(outcomes) -> list[str]:
    return [outcome.status for outcome in outcomes]


def test_what_is_entered_in_the_ledger(tmp_path):
    (outcome,) = run([contest(tmp_path)])
    (entry,) = ledger.read(tmp_path / "output")
    assert outcome.status == entry["outcome"] == "projected"
    assert entry["inputs"][0]["file"] == "returns.csv"
    assert set(entry["outputs"]) == {"projection.csv", "projection.json", "report.html", "report.xlsx"}
    assert {"turnout", "python", "libraries", "seed", "draws", "seconds", "started", "code"} <= set(entry)
    assert (tmp_path / "output" / "ledger.jsonl").stat().st_mode & 0o077 == 0


def test_the_same_inputs_config_and_version_leave_nothing_to_do(tmp_path):
    config = contest(tmp_path / "here")
    assert statuses(run([config])) == ["projected"]
    published = (tmp_path / "here" / "output" / "projection.json").stat().st_mtime_ns
    (same,) = run([config])
    assert same.status == "unchanged"
    assert "nothing to do" in same.message
    assert (tmp_path / "here" / "output" / "projection.json").stat().st_mtime_ns == published
    (tmp_path / "here").rename(tmp_path / "there")
    assert statuses(run([tmp_path / "there" / "contest.toml"])) == ["unchanged"]
    assert statuses(run([tmp_path / "there" / "contest.toml"], force=True)) == ["projected"]


@pytest.mark.parametrize("change", ["returns", "seed", "outputs", "code", "another run"])
def test_any_change_is_run_again(tmp_path, monkeypatch, change):
    config = contest(tmp_path)
    run([config])
    if change == "returns":
        contest(tmp_path, RETURNS.replace("600", "601"))
    elif change == "seed":
        contest(tmp_path, config=f"seed = 9\n{CONFIG}")
    elif change == "outputs":
        (tmp_path / "output" / "projection.csv").write_text("contest,candidate\n")
    elif change == "code":
        monkeypatch.setattr(reuse, "code", lambda: "newer")
    else:
        project.run(batch.Contest.load(config).model_copy(update={"seed": 9}))
    assert statuses(run([config])) == ["projected"]


def test_every_file_that_a_config_names_is_an_input(tmp_path):
    (tmp_path / "own.csv").write_text("x")
    config = contest(tmp_path, config=f'{CONFIG}[ethnicity]\nsurnames = ["own.csv"]\n')
    found = batch.Contest.load(config)
    assert {row["file"] for row in ledger.inputs(found)} == {"returns.csv", "own.csv"}
    named = [path for path in ledger._paths(found.model_dump()) if path != found.output]
    assert {path.name for path in named} == {"returns.csv", "own.csv"}
    assert "own.csv" not in str(ledger._pathless(found.model_dump(include={"draws", "output"})))


def test_one_that_failed_is_tried_again_and_what_was_published_stands(tmp_path):
    config = contest(tmp_path)
    run([config])
    before = (tmp_path / "output" / "projection.csv").read_bytes()
    contest(tmp_path, "x,y\n1,2\n")
    assert statuses(run([config]) + run([config])) == ["failed", "failed"]
    assert (tmp_path / "output" / "projection.csv").read_bytes() == before
    contest(tmp_path)
    assert statuses(run([config])) == ["unchanged"]
    assert [entry["outcome"] for entry in ledger.read(tmp_path / "output")] == ["projected", "failed", "failed"]


def test_an_entry_cut_short_is_passed_over_and_the_next_begins_a_line(tmp_path):
    config = contest(tmp_path)
    run([config])
    path = tmp_path / "output" / "ledger.jsonl"
    path.write_bytes(path.read_bytes() + b'{"outcome": "proj')
    assert statuses(run([config])) == ["unchanged"]
    run([config], force=True)
    assert [entry["outcome"] for entry in ledger.read(tmp_path / "output")] == ["projected", "projected"]


def test_processes_give_what_one_gives_and_isolate_failures(tmp_path):
    configs = [contest(tmp_path / name) for name in ("one", "two", "three")]
    contest(tmp_path / "two", "x,y\n1,2\n")
    outcomes = {outcome.config: outcome for outcome in run(configs, jobs=2)}
    assert [outcomes[config].status for config in configs] == ["projected", "failed", "projected"]
    assert outcomes[configs[0]].leaders == outcomes[configs[2]].leaders
    alone = run([contest(tmp_path / "alone")])[0]
    assert alone.leaders == outcomes[configs[0]].leaders
    published = [tmp_path / name / "output" / "projection.csv" for name in ("one", "alone")]
    assert published[0].read_bytes() == published[1].read_bytes()


def die_at_two(task: int, stage) -> int:
    stage("begun")
    if task == 2:
        os.kill(os.getpid(), 9)
    return task * 10


def test_a_process_that_is_killed_takes_no_other_task_along():
    told = []
    found = dict(workers.each(die_at_two, [1, 2, 3, 4], 2, stage=lambda task, name: told.append((task, name))))
    assert isinstance(found[2], workers.Died)
    assert "signal 9" in found[2].sentence()
    assert {task: result for task, result in found.items() if task != 2} == {1: 10, 3: 30, 4: 40}
    assert sorted(told) == [(1, "begun"), (2, "begun"), (3, "begun"), (4, "begun")]


def sleep(task: Path, _) -> None:
    task.write_text(str(os.getpid()))
    time.sleep(60)


def test_workers_end_when_the_one_who_asked_is_killed(tmp_path):
    pids = [tmp_path / name for name in "ab"]
    code = (
        "import pathlib, sys; from tests.running.test_batch import sleep; from turnout.running import workers\n"
        "if __name__ == '__main__': list(workers.each(sleep, [pathlib.Path(p) for p in sys.argv[1:]], 2))"
    )
    script = tmp_path / "main.py"
    script.write_text(code)
    root = Path(__file__).parents[2]
    asked = subprocess.Popen(
        [sys.executable, str(script), *map(str, pids)], env={**os.environ, "PYTHONPATH": str(root)}
    )
    until(lambda: all(path.exists() and path.read_text() for path in pids))
    asked.kill()
    asked.wait()
    for path in pids:
        until(lambda path=path: not Path(f"/proc/{path.read_text()}").exists())


def until(true) -> None:
    """Wait for what must come about; a test that waits in vain fails."""
    for _ in range(3000):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def test_two_contests_with_one_output_do_not_overwrite_each_other(tmp_path):
    one, two = contest(tmp_path / "one"), contest(tmp_path / "two", config=f'output = "../one/output"\n{CONFIG}')
    outcomes = run([one, two])
    assert sorted(statuses(outcomes)) == ["failed", "projected"]
    assert "same directory as" in next(outcome.message for outcome in outcomes if outcome.status == "failed")


def test_a_directory_that_is_held_is_busy_and_the_others_run(tmp_path):
    held, free = contest(tmp_path / "held"), contest(tmp_path / "free")
    with Workspace.create(tmp_path / "held" / "output", threads=1):
        outcomes = run([held, free])
    assert statuses(outcomes) == ["busy", "projected"]
    with pytest.raises(BatchPartlyFailed):
        batch.conclude(outcomes)
    with pytest.raises(WorkspaceBusy):
        batch.conclude(outcomes[:1])


def test_configs_are_found_in_directories_and_by_patterns(tmp_path):
    one, two = contest(tmp_path / "one"), contest(tmp_path / "two")
    for named in ([tmp_path], [tmp_path / "*" / "contest.toml"], [tmp_path / "*"], [one, tmp_path]):
        assert sorted(batch.find(named)) == [one, two]
    assert batch.find([tmp_path / "one", Path("nowhere.toml")]) == [one, Path("nowhere.toml")]
    for nothing in (tmp_path / "one" / "output", tmp_path / "x*"):
        nothing.parent.mkdir(exist_ok=True)
        if not nothing.name.endswith("*"):
            nothing.mkdir()
        with pytest.raises(UsageError, match=r"holds no contest\.toml"):
            batch.find([nothing])


def test_old_returns_are_stale_and_exit_4(tmp_path):
    config = contest(tmp_path)
    written = time.time() - 3 * 3600
    os.utime(tmp_path / "returns.csv", (written, written))
    (old,) = run([config], max_age=freshness.age("2h"))
    assert (old.status, old.exit_code) == ("stale", 4)
    assert "returns.csv: the newest of the returns" in old.message
    with pytest.raises(InputStale):
        batch.conclude([old])
    assert statuses(run([config], max_age=freshness.age("4h"))) == ["projected"]
    as_of = dt.datetime.fromtimestamp(written + 3600)
    assert statuses(run([config], max_age=freshness.age("2h"), as_of=as_of)) == ["unchanged"]


def test_files_of_later_than_the_moment_asked_for_are_refused(tmp_path):
    config = contest(tmp_path)
    (later,) = run([config], as_of=dt.datetime.now() - dt.timedelta(days=1))
    assert (later.status, later.exit_code) == ("failed", 3)
    assert "after --as-of" in later.message


@pytest.mark.parametrize(("text", "minutes"), [("90m", 90), ("36h", 36 * 60), ("2d", 2880)])
def test_ages_are_minutes_hours_or_days(text, minutes):
    assert freshness.age(text) == dt.timedelta(minutes=minutes)


def test_an_abstention_stays_one_when_nothing_changed(tmp_path):
    config = contest(tmp_path, "precinct,candidate,mail\n1,Ada,\n1,Bob,\n")
    first, again = run([config]) + run([config])
    assert (first.status, first.exit_code) == ("abstained", 5)
    assert (again.status, again.exit_code) == ("unchanged", 5)
    with pytest.raises(AbstainedEverywhere):
        batch.conclude([again])


def test_a_summary_is_json(tmp_path):
    outcomes = run([contest(tmp_path)])
    told = batch.summary(outcomes, started=dt.datetime.now().astimezone(), exit_code=0)
    assert json.loads(json.dumps(told))["contests"][0]["leaders"]["contest"]["candidate"] in ("Ada", "Bob")
