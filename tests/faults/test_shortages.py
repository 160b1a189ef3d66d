"""A full disk, a limit of memory, a directory that cannot be written, an input that disappears.

Each ends in a sentence and an exit code, leaves what was published whole, and is over when its cause is.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.faults.conftest import CONFIG, contest, returns
from tests.faults.test_kills import NOTHING, published
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import in_words
from turnout.running import project


@pytest.fixture
def here(server, tmp_path) -> Path:
    """A contest that has been projected, whose returns are newer than that."""
    contest(tmp_path)
    assert server.ask(tmp_path, "project", "contest.toml")["code"] == 0
    (tmp_path / "returns.csv").write_text(returns(601))
    return tmp_path


def says(directory: Path) -> str:
    return (directory / "said").read_text()


def ask(server, directory: Path, **more):
    return server.ask(directory, "project", "contest.toml", output=str(directory / "said"), **more)


def recovers(server, directory: Path, before: str) -> None:
    assert published(directory / "output") == before
    assert ask(server, directory)["code"] == 0
    assert published(directory / "output") not in (before, NOTHING)


def test_files_that_may_not_grow(server, here):
    """DuckDB's own, the copy that is read, the outputs: whichever is stopped first."""
    before = published(here / "output")
    codes = []
    for limit in (0, 60, 1_000, 3_000, 9_000, 15_000, 20_000, 300_000):
        codes.append(server.ask(here, "project", "contest.toml", limits={"RLIMIT_FSIZE": limit})["code"])
        assert codes[-1] in (0, 2)
        assert (published(here / "output") == before) == (codes[-1] == 2)
        if codes[-1] == 0:
            break
    assert codes.count(2) >= 3
    assert ask(server, here)["code"] == 0


@contextlib.contextmanager
def small(directory: Path, size: str) -> Iterator[Path]:
    """A file system of a size; the test is skipped where none may be mounted."""
    path = directory / "small"
    path.mkdir(exist_ok=True)
    command = ["/bin/mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs may be mounted here")
    try:
        yield path
    finally:
        subprocess.run(["/bin/umount", str(path)], check=True)


def remount(path: Path, option: str) -> None:
    subprocess.run(["/bin/mount", "-o", f"remount,{option}", str(path)], check=True)


@pytest.mark.parametrize("size", ["12k", "48k"])
def test_a_file_system_that_is_full(server, here, size):
    (here / "contest.toml").write_text(f'output = "small/out"\n{CONFIG}')
    with small(here, size) as room:
        ended = ask(server, here)
        assert ended["code"] == 2, says(here)
        assert "the disk is full" in says(here)
        assert published(room / "out") == NOTHING
        remount(room, "size=20m")
        assert ask(server, here)["code"] == 0


def test_a_file_system_that_fills_up_under_a_voter_file(server, tmp_path):
    assert server.ask(tmp_path, "demo", "--files-only", scale=2000)["code"] == 0
    demo = tmp_path / "demo"
    with small(demo, "40m") as room:
        config = (demo / "contest.toml").read_text().replace('"output"', '"small/out"')
        (demo / "contest.toml").write_text(config)
        assert ask(server, demo)["code"] == 0
        before, codes = published(room / "out"), []
        for left in (0, 300_000, 2_000_000):
            (room / "filler").unlink(missing_ok=True)
            (room / "out" / "workspace.duckdb").unlink(missing_ok=True)
            free = shutil.disk_usage(room).free
            (room / "filler").write_bytes(b"x" * (free - left))
            codes.append(ask(server, demo)["code"])
            assert codes[-1] in (0, 2), says(demo)
            assert published(room / "out") == before  # of the same inputs
        assert 2 in codes
        (room / "filler").unlink()
        assert ask(server, demo)["code"] == 0
        assert published(room / "out") == before


def test_a_limit_of_memory_leaves_what_was_published(server, here):
    """Wherever memory ends: some libraries say so, some can only end the process."""
    before = published(here / "output")
    now = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[0]) * os.sysconf("SC_PAGESIZE")
    for room in (16, 64, 128, 256):  # MB
        code = ask(server, here, limits={"RLIMIT_AS": now + (room << 20)})["code"]
        assert (published(here / "output") == before) == (code != 0)
        assert "Traceback" not in says(here)
        if code == 0:
            break
    assert ask(server, here)["code"] == 0
    assert published(here / "output") not in (before, NOTHING)


def test_want_of_memory_is_said_and_not_blamed_on_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_MEMORY", "1MB")
    (tmp_path / "returns.csv").write_text(returns(600) + "4,Ada,1,2,3\n")  # one that has to be put in order first
    contest = Contest(inputs=Inputs(returns=(tmp_path / "returns.csv",)), output=tmp_path / "output")
    with pytest.raises(duckdb.OutOfMemoryException) as caught:
        project.run(contest)
    words = in_words(caught.value)
    assert words is not None
    assert "out of memory" in str(words)


def test_a_directory_that_cannot_be_written(server, here):
    (here / "contest.toml").write_text(f'output = "small/out"\n{CONFIG}')
    with small(here, "20m") as room:
        assert ask(server, here)["code"] == 0
        before = published(room / "out")
        (here / "returns.csv").write_text(returns(602))
        remount(room, "ro")
        for command in ("project", "cohorts", "report", "batch", "forget"):
            ended = server.ask(here, command, "contest.toml", output=str(here / "said"))
            assert ended["code"] == 2, says(here)
            assert "Traceback" not in says(here)
        assert published(room / "out") == before
        remount(room, "rw")
        assert ask(server, here)["code"] == 0
        assert published(room / "out") not in (before, NOTHING)


def test_an_input_that_disappears(server, here):
    """Refused with a sentence while it is wanted; of no matter once it is read."""
    before = published(here / "output")
    source = here / "returns.csv"
    codes = set()
    for event in range(1, 40, 5):
        source.write_text(returns(601))
        ended = ask(server, here, vanish=[str(source), event])
        codes.add(ended["code"])
        assert ended["code"] in (0, 2, 3), says(here)
        if ended["code"]:
            assert "returns.csv" in says(here)
            assert published(here / "output") == before
        else:
            before = published(here / "output")
    assert codes > {0}
