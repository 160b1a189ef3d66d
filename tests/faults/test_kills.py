"""Every command that writes, killed (signal 9) at hundreds of moments, leaves what was published whole.

The next run gives what an undisturbed one gives. Half of the kills are at events, each change of a file and each
query in turn; half at random moments, for DuckDB's own writing. TURNOUT_SOAK multiplies them (`make soak`).
"""

import csv
import hashlib
import io
import itertools
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pytest
import typer

from tests.backtest.conftest import past, write_history
from tests.faults.conftest import Server, contest, returns
from turnout.cli import app
from turnout.running import ledger
from turnout.workspace import published_in

SOAK = int(os.environ.get("TURNOUT_SOAK", "0"))
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
#: After how many kills the command is left to finish.
IN_A_ROW = 12
NOTHING = ""


@dataclass
class Subject:
    """A command to be killed.

    Attributes
    ----------
    arguments : of target 0 and of target 1; runs alternate between the two
    aim : makes ready the inputs of a target
    state : what stands now, in short; ``NOTHING`` where nothing does
    more : further keys of a request
    examine : looks at what a killed run left, further
    """

    directory: Path
    arguments: tuple[list[object], list[object]]
    state: Callable[[], str]
    aim: Callable[[int], None] = lambda _: None
    more: dict[str, object] = field(default_factory=dict)
    examine: Callable[[], None] = lambda: None


def survive(server: Server, subject: Subject, kills: int) -> int:
    """Kill a command many times, and return how many kills it outlived."""
    kills *= max(SOAK, 1)
    chance = random.Random(os.urandom(8) if SOAK else 8)
    whole, usual = {}, {}
    for target in (0, 1):
        subject.aim(target)
        usual = server.ask(subject.directory, *subject.arguments[target], **subject.more)
        assert usual["code"] == 0
        whole[target] = subject.state()
        assert whole[target] != NOTHING
    # a step of 5/13 of the events comes by all of them, early and late ones in turn
    events = itertools.cycle(
        1 + number * 5 % 13 * (usual["events"] // 13 + 1) + number // 13 for number in range(10**4)
    )
    stands, killed = 1, 0
    while killed < kills:
        target = 1 - stands
        for _ in range(min(IN_A_ROW, kills - killed)):
            subject.aim(target)
            moment = {"after": chance.uniform(0, usual["seconds"])}
            if killed % 2 == 0:
                moment = {"kill": next(event for event in events if event <= usual["events"])}
            ended = server.ask(subject.directory, *subject.arguments[target], **subject.more, **moment)
            assert ended["code"] in (-9, 0)
            killed += ended["code"] == -9
            assert subject.state() in (NOTHING, whole[stands], whole[target])
            subject.examine()
        subject.aim(target)
        assert server.ask(subject.directory, *subject.arguments[target], **subject.more)["code"] == 0
        assert subject.state() == whole[target]
        stands = target
    print(f"turnout {subject.arguments[0][0]}: survived {killed} kills")
    return killed


def published(directory: Path) -> str:
    """Digest of what a run says, as it is published under the names that a reader uses; all of it must be readable.

    The page and the workbook may tell of earlier runs as well, so their bytes do not follow from the inputs alone.
    """
    names = [path.name for path in published_in(directory)] if directory.is_dir() else []
    if not names:
        return NOTHING
    told = hashlib.sha256()
    for name in names:
        content = (directory / name).read_bytes()
        kind = name.rsplit(".", 1)[-1]
        if kind in ("csv", "json", "svg"):
            told.update(name.encode() + b"\0" + content)
        if kind == "json":
            json.loads(content)
        elif kind == "csv":
            assert len({len(row) for row in csv.reader(content.decode().splitlines())}) == 1
        elif kind == "html":
            assert content.rstrip().endswith(b"</html>")
        elif kind == "xlsx":
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    return told.hexdigest()


def test_project(server, tmp_path):
    contest(tmp_path)
    subject = Subject(
        tmp_path,
        (["project", "contest.toml"], ["project", "contest.toml"]),
        lambda: published(tmp_path / "output"),
        lambda target: (tmp_path / "returns.csv").write_text(returns(600 + target)),
    )
    assert survive(server, subject, 60) >= 60


def test_batch(server, tmp_path):
    one, two = contest(tmp_path / "one"), contest(tmp_path / "two")

    def aim(target: int) -> None:
        for directory in (one, two):
            (directory / "returns.csv").write_text(returns(600 + target))

    def examine() -> None:
        for directory in (one, two):
            lines = (directory / "output" / "ledger.jsonl").read_bytes().splitlines()
            torn = len(lines) - len(ledger.read(directory / "output"))
            assert torn == 0

    subject = Subject(
        tmp_path,
        (["batch", ".", "--jobs", 0], ["batch", ".", "--jobs", 0]),
        lambda: published(one / "output"),
        aim,
        examine=examine,
    )
    assert survive(server, subject, 20) >= 20
    assert published(one / "output") == published(two / "output")


@pytest.mark.skipif("watch" not in COMMANDS, reason="there is no such command")
def test_watch(server, tmp_path):
    contest(tmp_path)
    output = tmp_path / "output"

    def examine() -> None:
        if (output / "live.html").exists():
            assert (output / "live.html").read_bytes().rstrip().endswith(b"</html>")

    arguments = ["watch", "contest.toml", "--once"]
    subject = Subject(
        tmp_path,
        (arguments, arguments),
        lambda: published(output),
        lambda target: (tmp_path / "returns.csv").write_text(returns(600 + target)),
        examine=examine,
    )
    assert survive(server, subject, 20) >= 20


def test_report(server, tmp_path):
    contest(tmp_path)
    assert server.ask(tmp_path, "project", "contest.toml")["code"] == 0
    subject = Subject(
        tmp_path, (["report", "contest.toml"], ["report", "contest.toml"]), lambda: published(tmp_path / "output")
    )
    assert survive(server, subject, 64) >= 64


def test_init(server, tmp_path):
    rows = "".join(f"{n},KIM,{n % 3:03},1/{n % 28 + 1}/1970\n" for n in range(40))
    (tmp_path / "list.txt").write_text(f"Voter ID,Last Name,Pct,DOB\n{rows}")
    (tmp_path / "returns.csv").write_text(returns(600))
    written = (tmp_path / "contest.toml", tmp_path / "layouts" / "list.toml")

    def state() -> str:
        if not written[0].exists():
            return NOTHING
        return hashlib.sha256(b"\0".join(path.read_bytes() for path in written)).hexdigest()

    def aim(_: int) -> None:
        written[0].unlink(missing_ok=True)  # a layout that a killed run wrote stays, and is no hindrance

    arguments = ["init", "list.txt", "returns.csv"]
    assert survive(server, Subject(tmp_path, (arguments, arguments), state, aim), 80) >= 80


def test_backtest(server, tmp_path):
    write_history(tmp_path / "history", past()[:2])
    arguments = [
        "backtest",
        "--history",
        "history",
        "--stage",
        "25",
        "--order",
        "random",
        "--draws",
        100,
        "--jobs",
        1,
    ]
    subject = Subject(
        tmp_path,
        tuple([*arguments, "--seed", seed] for seed in (0, 1)),  # type: ignore[arg-type]
        lambda: published(tmp_path / "backtest"),
    )
    assert survive(server, subject, 14) >= 14


def test_demo(server, tmp_path):
    subject = Subject(
        tmp_path,
        (["demo", "--seed", 1], ["demo", "--seed", 2]),
        lambda: published(tmp_path / "demo" / "output"),
        more={"scale": 2000},
    )
    assert survive(server, subject, 6) >= 6


@pytest.fixture
def electorate(server, tmp_path) -> Path:
    """A contest with a voter file, projected."""
    assert server.ask(tmp_path, "demo", scale=2000)["code"] == 0
    return tmp_path / "demo"


def test_cohorts(server, electorate):
    output = electorate / "output"
    before, said = published(output), electorate / "said"

    def examine() -> None:
        assert published(output) == before
        kept = list((output / ".kept").glob("*.parquet"))
        assert kept
        assert all(pl.read_parquet(path).height > 0 for path in kept)

    finished: list[bytes] = []

    def state() -> str:
        text = said.read_bytes()
        if not text or any(whole.startswith(text) and whole != text for whole in finished):
            return NOTHING  # killed before, or while, it was said
        finished.append(text)
        return hashlib.sha256(text).hexdigest()

    arguments = ["cohorts", "contest.toml"]
    subject = Subject(electorate, (arguments, arguments), state, more={"output": str(said)}, examine=examine)
    assert survive(server, subject, 6) >= 6


def test_forget(server, electorate, tmp_path):
    output, spare = electorate / "output", tmp_path / "spare"
    shutil.copytree(output, spare, symlinks=True)
    before = published(output)

    def aim(_: int) -> None:
        shutil.rmtree(output)
        shutil.copytree(spare, output, symlinks=True)

    def state() -> str:
        assert published(output) == before
        with duckdb.connect(output / "workspace.duckdb") as opened:
            rows = [opened.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in ("results", "voters")]
        assert rows[0] > 0
        return NOTHING if rows[1] else f"{rows[0]} results, no voter"

    subject = Subject(electorate, (["forget", "contest.toml"], ["forget", "contest.toml"]), state, aim)
    assert survive(server, subject, 50) >= 50
    assert not any(b"SYN0000" in path.read_bytes() for path in output.rglob("*") if path.is_file())
