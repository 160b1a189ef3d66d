"""A full disk, a limit of memory, a directory that cannot be written, an input that disappears.

Each ends in a sentence and an exit code, leaves what was published whole, and is over when its cause is.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.faults.conftest import CONFIG, contest, returns
from tests.faults.test_kills import NOTHING, published

NOBODY = 65534


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


@pytest.mark.parametrize("limit", [0, 3_000, 20_000, 200_000, 1_000_000])
def test_a_disk_without_room(server, here, limit):
    before = published(here / "output")
    ended = server.ask(here, "project", "contest.toml", limits={"RLIMIT_FSIZE": limit})
    assert ended["code"] == 2
    recovers(server, here, before)


@pytest.mark.parametrize("size", ["48k", "400k", "1300k", "1500k"])
def test_a_file_system_that_is_full(server, here, size):
    small = here / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no tmpfs may be mounted here")
    try:
        (here / "contest.toml").write_text(f'output = "small/out"\n{CONFIG}')
        ended = ask(server, here)
        assert ended["code"] == 2, says(here)
        assert "the disk is full" in says(here)
        assert published(small / "out") == NOTHING
        subprocess.run(["/bin/mount", "-o", "remount,size=20m", str(small)], check=True)
        assert ask(server, here)["code"] == 0
    finally:
        subprocess.run(["/bin/umount", str(small)], check=True)


def test_a_limit_of_memory_is_no_bug(server, here):
    """Wherever memory ends, the process ends with a sentence, or is ended by a library that has no other way."""
    before = published(here / "output")
    now = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[0]) * os.sysconf("SC_PAGESIZE")
    codes = []
    for room in (4 << 20, 24 << 20, 64 << 20, 160 << 20):
        ended = ask(server, here, limits={"RLIMIT_AS": now + room})
        codes.append(ended["code"])
        assert ended["code"] != 0 or published(here / "output") != before
        assert ended["code"] in (0, 2) or ended["code"] < 0, says(here)
        if ended["code"] == 0:
            return
        assert published(here / "output") == before
    recovers(server, here, before)


@pytest.mark.skipif(os.getuid() != 0, reason="takes another user's place")
def test_a_directory_that_cannot_be_written(server, here):
    before = published(here / "output")
    for path in (here, *here.parents):
        if path.stat().st_uid == os.getuid() and "pytest" in path.name:
            path.chmod(0o755)
    said = here / "said"
    said.touch()
    said.chmod(0o666)
    ended = ask(server, here, user=NOBODY)
    assert ended["code"] == 2
    assert "cannot be" in says(here) or "ermission denied" in says(here)
    recovers(server, here, before)


def test_an_input_that_disappears(server, here):
    """Refused with a sentence while it is wanted; of no matter once it is read."""
    before = published(here / "output")
    source = here / "returns.csv"
    codes = set()
    for event in range(1, 40, 3):
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
