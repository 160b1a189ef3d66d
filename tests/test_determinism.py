"""The same inputs and seed give the same bytes: on two runs, on one thread or two, in any order of the rows."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backtest.conftest import past, write_history
from turnout import example

#: Files whose every byte is promised. The page says the same as the JSON; it is compared too.
FILES = ("projection.csv", "projection.json", "cohorts.csv", "report.html")
RUN = """
import sys
from pathlib import Path
from turnout.contest import Contest
from turnout.running import project
from turnout.workspace import Workspace

threads = int(sys.argv[2])
create = Workspace.create
Workspace.create = lambda directory, **given: create(directory, **{**given, "threads": threads})
project.run(Contest.load(Path(sys.argv[1])))
"""


def run(directory: Path, threads: int) -> dict[str, str]:
    """Project in a process of its own, every library on so many threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads)), "PYTHONHASHSEED": str(threads)}
    command = [sys.executable, "-c", RUN, str(directory / "contest.toml"), str(threads)]
    subprocess.run(command, env=environment, check=True)
    return {
        name: (directory / "output" / name).read_text() for name in FILES if (directory / "output" / name).exists()
    }


def shuffled(source: Path, target: Path, seed: int) -> None:
    """The same files with the data lines in another order."""
    target.mkdir()
    for path in (path for path in source.iterdir() if path.is_file()):
        if path.suffix == ".csv":
            header, *lines = path.read_text().splitlines()
            random.Random(seed).shuffle(lines)
            (target / path.name).write_text("\n".join([header, *lines]) + "\n")
        else:
            (target / path.name).write_bytes(path.read_bytes())


def without_hashes(told: dict[str, str]) -> dict[str, object]:
    """What is published, but for the hashes of the input files, which are of other bytes."""
    document = json.loads(told["projection.json"])
    hashes = [row["sha256"] for row in (*document["reconciliation"], *document["provenance"]["inputs"])]
    assert hashes
    texts = dict(told)
    for digest in hashes:
        texts = {name: text.replace(digest, "").replace(digest[:16], "") for name, text in texts.items()}
    return texts


@pytest.fixture(scope="module")
def electorate(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("electorate") / "files"
    example.generate(directory, 5, example.CA34.scaled(4000, 25))
    return directory


def test_with_a_voter_file(electorate, tmp_path):
    first = run(electorate, 1)
    assert set(first) == set(FILES)
    assert run(electorate, 2) == first
    shuffled(electorate, tmp_path / "shuffled", 1)
    assert without_hashes(run(tmp_path / "shuffled", 2)) == without_hashes(first)


def test_from_results_alone(tmp_path):
    (tmp_path / "files").mkdir()
    write_history(tmp_path / "files", past())
    header, *lines = (tmp_path / "files" / "zz.csv").read_text().splitlines()
    old = [line for line in lines if "2022-11-08" not in line]
    now = [line for line in lines if "2022-11-08" in line]
    part = [",".join([*line.split(",")[:8], "", ""]) if number % 3 else line for number, line in enumerate(now)]
    (tmp_path / "files" / "zz.csv").write_text("\n".join([header, *old]) + "\n")
    (tmp_path / "files" / "returns.csv").write_text("\n".join([header, *part]) + "\n")
    config = 'draws = 200\nseed = 3\n[inputs]\nreturns = ["returns.csv"]\nhistory = ["zz.csv"]\n'
    (tmp_path / "files" / "contest.toml").write_text(config)
    first = run(tmp_path / "files", 1)
    assert run(tmp_path / "files", 2) == first
    shuffled(tmp_path / "files", tmp_path / "shuffled", 2)
    assert without_hashes(run(tmp_path / "shuffled", 2)) == without_hashes(first)
