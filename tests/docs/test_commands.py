"""Every command in the documentation is run, as it stands, beside a small demo and a few files of the names it uses.

A ```sh block runs unless a comment just above it says why not: ``<!-- not run: reason -->``. The blocks of a page are
run from top to bottom in one directory. Commands of `turnout` run in this process, which saves loading the models for
each; the demo is of a small electorate, and backtests are of a short past.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import typer

from tests.docs.conftest import generate
from turnout import example
from turnout.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^(?:<!-- not run: (?P<why>[^>]+) -->\n)?```sh\n(?P<commands>.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(page: Path) -> list[tuple[str, str]]:
    """The sh blocks of a page: why it is not run ('' where it is), and its text."""
    return [(found["why"] or "", found["commands"]) for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def lines(block: str) -> Iterator[list[str]]:
    """The commands of a block as words; comments and continued lines resolved."""
    for line in block.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words


@pytest.fixture
def desk(tmp_path, monkeypatch, small_demo, history) -> Path:
    """A directory with the files that the documentation speaks of."""
    shutil.copytree(small_demo, tmp_path / "demo")
    shutil.copytree(history, tmp_path / "past-results")
    for name in ("voters.csv", "vote_history.csv", "ballots.csv", "returns.csv", "contest.toml"):
        shutil.copy(small_demo / name, tmp_path / name)
    shutil.copy(small_demo / "returns.csv", tmp_path / "early.csv")
    shutil.copy(small_demo / "ballots.csv", tmp_path / "ballots-yesterday.csv")
    pl.read_csv(small_demo / "voters.csv", infer_schema=False).with_columns(
        vendor_ethnicity=pl.lit("White")
    ).write_csv(tmp_path / "nc.csv")
    (tmp_path / "releases").mkdir()
    shutil.copy(small_demo / "returns.csv", tmp_path / "releases" / "2000.csv")
    for name in ("contests/ga", "contests/2026-tx", "oh"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "contest.toml").write_text('[inputs]\nreturns = ["returns.csv"]\n')
        shutil.copy(small_demo / "returns.csv", tmp_path / name / "returns.csv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    # a process for each core would take longer to start than the replays take
    monkeypatch.setattr("turnout.projection.parallel.cores", lambda: 1)
    monkeypatch.setattr(example, "generate", generate)
    return tmp_path


def run(words: list[str]) -> None:
    """Run a command; one of turnout's in this process."""
    if words[0] != "turnout":
        subprocess.run(words, check=True)
        return
    arguments = [
        each for word in words[1:] for each in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
    ]
    with pytest.raises(SystemExit) as ended:
        app(arguments, prog_name="turnout")
    assert ended.value.code == 0, f"`{shlex.join(words)}` ended with code {ended.value.code}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(not why for why, _ in blocks(page))], ids=lambda page: page.stem
)
def test_the_commands_of_a_page_work(page, desk):
    for why, block in blocks(page):
        if not why:
            for words in lines(block):
                run(words)


def test_every_block_of_commands_is_found():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert len(blocks(page)) == len(re.findall(r"^```(?:sh|bash|shell|console)\b", text, re.MULTILINE)), page.name


def test_commands_within_sentences_name_options_there_are():
    commands = typer.main.get_command(app).commands
    for page in PAGES:
        for command in re.findall(r"`turnout ([a-z][^`]*)`", page.read_text(encoding="utf-8")):
            name, *words = command.split()
            assert name in commands, f"{page.name}: turnout {command}"
            known = {
                option
                for parameter in commands[name].params
                for option in (*parameter.opts, *parameter.secondary_opts)
            }
            unknown = {word.split("=")[0] for word in words if word.startswith("--")} - known
            assert not unknown, f"{page.name}: turnout {command}"
