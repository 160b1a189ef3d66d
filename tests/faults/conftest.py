"""A warm process that runs commands, and small contests for it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = 'date = 2022-11-08\nstate = "ZZ"\ndraws = 100\n[inputs]\nreturns = ["returns.csv"]\n'
#: One thread each, and no allocator's thread: the process is copied.
SINGLE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "MALLOC_CONF": "background_thread:false",
    "_RJEM_MALLOC_CONF": "background_thread:false",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}


class Server:
    """The warm process: ask it to run a command line, as ``tests/faults/server.py`` says."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.server"]
        environment = {**os.environ, **SINGLE, "COLUMNS": "80"}
        environment.pop("TURNOUT_KEY", None)
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._line() == "ready\n"

    def ask(self, directory: Path, *arguments: object, **more: Any) -> dict[str, Any]:
        request = {"directory": str(directory), "arguments": [str(word) for word in arguments], **more}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._line())
        return answer

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    warm = Server()
    yield warm
    warm.close()


def returns(first: int) -> str:
    """Returns of three precincts, of which one has its polls in."""
    return (
        "precinct,candidate,mail,election_day\n"
        f"1,Ada,{first},50\n1,Bob,400,70\n2,Ada,450,\n2,Bob,550,\n3,Ada,300,\n3,Bob,350,\n"
    )


def contest(directory: Path, first: int = 600) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "returns.csv").write_text(returns(first))
    (directory / "contest.toml").write_text(CONFIG)
    return directory
