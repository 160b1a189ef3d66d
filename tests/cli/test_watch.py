"""`turnout watch` as a user runs it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.projection.conftest import MODES, write_returns
from tests.running.night import publish, releases


@pytest.fixture
def returns(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    publish(tmp_path / "returns.csv", releases()[1])
    return tmp_path / "returns.csv"


def history(tmp_path: Path) -> Path:
    lines = []
    for number, release in enumerate(releases(), start=1):
        path = write_returns(tmp_path / "one.csv", release, MODES)
        header, *rows = path.read_text().splitlines()
        lines += [f"release,as_of,{header}"] if not lines else []
        lines += [f"{number},2022-11-08 {19 + number}:00,{row}" for row in rows if number != 3 or ",P00" not in row]
    (tmp_path / "one.csv").unlink()
    (tmp_path / "night.csv").write_text("\n".join(lines) + "\n")
    return tmp_path / "night.csv"


def test_a_replay_tells_every_release_and_how_the_projection_moved(turn, returns, tmp_path):
    code, out, err = turn("watch", "--replay", history(tmp_path), "--output", "out")
    assert code == 0
    assert [line.split()[3] for line in out.splitlines()[:3]] == ["taken", "taken", "taken"]
    assert "held" in err
    assert "10 precincts have un-reported" in err
    table = out.split("Mayor: ")[1]
    times = [line.split()[2] for line in table.splitlines() if line.startswith(" 8 Nov")]
    assert times == ["20:00:00", "21:00:00", "23:00:00"]
    assert max(map(len, table.splitlines())) <= 80
    assert (tmp_path / "out" / "live.html").exists()


def test_once_projects_what_is_there_and_ends(turn, returns, tmp_path):
    code, out, err = turn("watch", "--returns", returns, "--once", "--output", "out")
    assert (code, err) == (0, "")
    assert "taken" in out
    assert (tmp_path / "out" / "projection.csv").exists()


def test_once_with_nothing_there_or_nothing_usable_says_so(turn, returns, tmp_path):
    code, out, err = turn("watch", "--returns", tmp_path / "nowhere.csv", "--once")
    assert (code, out) == (2, "")
    assert "nowhere.csv: no such file" in err
    write_returns(returns, [{"candidate": None}], MODES)
    code, _, err = turn("watch", "--returns", returns, "--once")
    assert code == 3
    assert "not one line can be used" in err


def test_json_is_a_line_for_each_release(turn, returns, tmp_path):
    code, out, _ = turn("watch", "--replay", history(tmp_path), "--output", "out", "--json", "--max-updates", "2")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [each["event"] for each in told] == ["taken", "taken"]
    assert told[0]["at"] == "2022-11-08T20:00:00+00:00"


def test_quiet_prints_only_what_is_amiss(turn, returns, tmp_path):
    code, out, err = turn("watch", "--replay", history(tmp_path), "--output", "out", "--quiet")
    assert (code, out) == (0, "")
    assert err.count("\n") == 1
    assert "un-reported" in err


def test_a_release_held_back_is_confirmed_from_elsewhere(turn, returns, tmp_path):
    turn("watch", "--returns", returns, "--once", "--output", "out")
    publish(returns, releases()[0])
    code, _, err = turn("watch", "--returns", returns, "--once", "--output", "out")
    assert (code, "un-reported" in err) == (3, True)
    record = next(path for path in (tmp_path / "out").rglob("release.json") if '"held"' in path.read_text())
    name = json.loads(record.read_text())["sha256"][:12]
    code, out, _ = turn("watch", "--returns", returns, "--output", "out", "--confirm", name)
    assert (code, name in out) == (0, True)
    code, out, _ = turn("watch", "--returns", returns, "--output", "out", "--max-updates", "1")
    assert (code, "taken" in out) == (0, True)
    code, _, err = turn("watch", "--returns", returns, "--output", "out", "--confirm", "ffff")
    assert code == 2
    assert "no release held back has that name" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no returns to watch"),
        (("--replay", "night.csv", "--releases", "*.csv"), "leave --releases and --run out"),
        (("--returns", "returns.csv", "--speed", "60"), "go with --replay"),
        (("--replay", "night.csv", "--counts", "1=post"), "--counts 1=post: give NUMBER=MODE"),
        (("--replay", "night.csv", "--counts", "mail=1"), "--counts mail=1"),
        (("--replay", "nowhere.csv"), "nowhere.csv: cannot be read"),
        (("contest.toml", "--returns", "returns.csv"), "exclude each other"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_to_do(turn, returns, tmp_path, arguments, said):
    history(tmp_path)
    code, out, err = turn("watch", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_watch_serves_its_page_and_ends_cleanly_when_asked(returns, tmp_path):
    command = [
        sys.executable,
        "-m",
        "turnout",
        "watch",
        "--returns",
        "returns.csv",
        "--output",
        "out",
        "--serve",
        "0",
    ]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        address = running.stderr.readline().removeprefix("Serving ").strip()
        assert "taken" in running.stdout.readline()
        with urllib.request.urlopen(address, timeout=10) as page:  # noqa: S310 - loopback
            assert b'http-equiv="refresh"' in page.read()
        publish(returns, releases()[2])
        assert "taken" in running.stdout.readline()
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 0
    assert err == ""
    assert "Written to out: live.html" in out
    assert 'http-equiv="refresh"' not in (tmp_path / "out" / "live.html").read_text()
    assert (tmp_path / "out" / "projection.csv").read_text().startswith("contest,")
