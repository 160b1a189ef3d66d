"""Names, addresses and voter IDs planted in the inputs, and looked for in all that is written, printed or logged.

Only the workspace may hold them: its database, the ballots it keeps, and the copy of the file it is reading.
"""

import itertools
import json
import re
import shutil
import stat
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.faults.conftest import Server
from turnout.workspace import DATABASE

CANARY = "QZXCANARY"
#: What only the workspace may hold, and a reader never sees.
#: The workspace's own files; one in .kept without an ending was about to be kept when its run was killed.
WORKSPACE = re.compile(
    rf"/({re.escape(DATABASE)}[^/]*|\.kept/[^/]+\.parquet|\.kept/\.[0-9a-f]{{16}}|\.reading-[^/]+/.*)$"
)


def letters(number: int) -> str:
    """A number in letters."""
    return "".join("ABCDEFGHIJ"[int(digit)] for digit in str(number))


def each(text: str, word: str) -> str:
    """Put a canary of its own in place of a word wherever it stands."""
    count = itertools.count()
    return re.sub(word, lambda _: f"{CANARY}{letters(next(count))}", text)


def plant(directory: Path) -> None:
    """Give every voter a canary for an ID, an address and names that nobody shares."""
    voters = pl.read_csv(directory / "voters.csv", infer_schema=False).with_row_index("row")
    number = pl.col("row").map_elements(letters, return_dtype=pl.String)  # names are compared by their letters
    planted = voters.with_columns(
        voter_id=CANARY + pl.col("voter_id"),
        # every fifth bears canaries for names; the others' names are needed to estimate anything
        **{
            name: pl.when(pl.col("row") % 5 == 0).then(CANARY + f"{name[0]}" + number).otherwise(pl.col(name))
            for name in ("last_name", "first_name", "middle_name")
        },
        street=CANARY + "ST " + number,
        vendor_ethnicity=pl.when(pl.col("row") % 3 == 0).then(pl.lit("White")).otherwise(pl.lit("Black")),
    )
    planted.drop("row").write_csv(directory / "voters.csv")
    for name in ("vote_history", "ballots"):
        frame = pl.read_csv(directory / f"{name}.csv", infer_schema=False)
        frame.with_columns(voter_id=CANARY + pl.col("voter_id")).write_csv(directory / f"{name}.csv")


@pytest.fixture(scope="module")
def planted(server: Server, tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("planted")
    assert server.ask(directory, "demo", "here", "--files-only", scale=1500)["code"] == 0
    plant(directory / "here")
    return directory / "here"


def inputs(directory: Path) -> set[Path]:
    return {path for path in directory.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()}


def leaks(directory: Path, given: set[Path]) -> list[str]:
    """Files with a canary that are neither inputs nor the workspace's own."""
    found = {path for path in inputs(directory) if not WORKSPACE.search(str(path))}
    return sorted(str(path.relative_to(directory)) for path in found - given)


class Desk:
    """Runs commands in a directory of inputs, keeps what they say, and looks it all through."""

    def __init__(self, server: Server, directory: Path) -> None:
        self.server, self.directory, self.given, self.runs = server, directory, inputs(directory), 0

    def run(self, *arguments: object, **more: object) -> int:
        self.runs += 1
        said = self.directory / f"said-{self.runs}"
        return int(self.server.ask(self.directory, *arguments, output=str(said), **more)["code"])

    def said(self) -> str:
        return (self.directory / f"said-{self.runs}").read_text()

    def check(self) -> None:
        assert leaks(self.directory, self.given) == []

    def write(self, name: str, text: str) -> str:
        (self.directory / name).write_text(text)
        self.given |= {self.directory / name}
        return name


@pytest.fixture
def desk(server, planted, tmp_path) -> Desk:
    directory = tmp_path / "desk"
    shutil.copytree(planted, directory)
    return Desk(server, directory)


def test_no_command_tells_of_a_voter(desk):
    tee = f'{sys.executable} -c \'import sys; open("note", "w").write(sys.stdin.read())\''
    files = ("voters.csv", "vote_history.csv", "ballots.csv", "returns.csv")
    commands = [
        ("project", "contest.toml"),
        ("report", "contest.toml"),
        ("cohorts", "contest.toml"),
        ("cohorts", "contest.toml", "--json", "--output", "cohorts"),
        ("ethnicity", "contest.toml", "--json", "--output", "ethnicity"),
        ("ethnicity", "--voters", "voters.csv", "--compare", "--output", "compared"),
        ("check", *files),
        ("check", "contest.toml", "--json"),
        ("check", "ballots.csv", "--against", "ballots.csv"),
        ("init", *files, "--output", "made", "--json"),
        ("project", "contest.toml", "--log-format", "json"),
        ("batch", "contest.toml", "--jobs", 0, "--force", "--json", "--log-format", "json", "--notify", tee),
        ("forget", "contest.toml", "--json"),
    ]
    for command in commands:
        assert desk.run(*command) == 0, desk.said()
    assert json.loads((desk.directory / "note").read_text())["counts"] == {"projected": 1}
    assert desk.run("nonsense", "contest.toml") == 2
    desk.check()
    held = [path for path in (desk.directory / "output").rglob("*") if path.is_file()]
    assert not any(CANARY.encode() in path.read_bytes() for path in held)  # not even the workspace, after `forget`


def test_what_is_written_is_its_owners_alone(desk):
    before = set(desk.directory.rglob("*"))
    assert desk.run("project", "contest.toml") == 0
    assert desk.run("ethnicity", "contest.toml", "--output", "ethnicity") == 0
    assert desk.run("init", "voters.csv", "--output", "made") == 0
    assert desk.run("batch", "contest.toml", "--jobs", 0, "--force") == 0
    written = [path for path in set(desk.directory.rglob("*")) - before if not path.name.startswith("said-")]
    assert len(written) > 20
    for path in written:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), f"{path}: {mode:o}"


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("voters.csv", lambda text: text.split("\n", 1)[1]),  # no header
        ("voters.csv", lambda text: text.replace(",", "\t", 40)),
        ("voters.csv", lambda text: text.replace("\n", f',"{CANARY}extra\n', 30)),  # open quotes
        ("voters.csv", lambda text: text.replace("active", f"{CANARY}status")),
        ("voters.csv", lambda text: text.replace(",DEM,", f",{CANARY} PARTY,")),
        ("voters.csv", lambda text: text + text.split("\n", 1)[1]),  # everyone twice
        ("voters.csv", lambda text: re.sub(r",(19|20)\d\d,", f",{CANARY}born,", text)),
        ("voters.csv", lambda text: re.sub(r",\d{4}-\d\d-\d\d,", f",{CANARY}day,", text)),
        ("voters.csv", lambda text: text.replace("precinct", "last_name")),
        ("ballots.csv", lambda text: each(text, "accepted")),
        ("ballots.csv", lambda text: each(text, r"(?<=,)mail")),
        ("ballots.csv", lambda text: text.replace("voter_id,", "status,voter_id,", 1)),  # shifted
        ("ballots.csv", lambda text: text.replace(CANARY, f"{CANARY}STRANGER")),
        ("vote_history.csv", lambda text: text.replace(CANARY, f"{CANARY}STRANGER")),
        ("vote_history.csv", lambda text: each(text, r"(?<=,)mail")),
        ("vote_history.csv", lambda text: re.sub(r"\d{4}-\d\d-\d\d", f"{CANARY}day", text)),
    ],
)
def test_no_refusal_tells_of_a_voter(desk, file, change):
    path = desk.directory / file
    path.write_text(change(path.read_text()))
    for command in (("project", "contest.toml"), ("check", file, "--json"), ("init", file, "--output", "made")):
        assert desk.run(*command) in (0, 2, 3, 5), desk.said()
    desk.check()


def test_no_name_in_place_of_a_code_is_told(desk):
    """One line whose values have shifted puts a name where the status should be, another where the mode should be."""
    path = desk.directory / "ballots.csv"
    shifted = f"{CANARY}1,2017-05-20,Nguyen,mail\n{CANARY}2,2017-05-20,sent,Maria Garcia\n"
    path.write_text(path.read_text() + shifted)
    for command in (("project", "contest.toml"), ("check", "ballots.csv"), ("check", "ballots.csv", "--json")):
        assert desk.run(*command) == 3
        assert "Nguyen" not in desk.said()
        assert "Garcia" not in desk.said()
        assert "Aaaaaa" in desk.said()
    desk.check()


def test_no_bug_tells_of_a_voter(desk):
    """An error whose text quotes a row, at moments all over a run; one that the handling of errors meets as well."""
    for event in (*range(1, 120, 13), 121):
        code = desk.run("project", "contest.toml", fail=[f"row {CANARY}", event])
        assert code in (0, 1, 2, 3)
        if code == 1:
            assert desk.said().startswith("internal error: LookupError in ")
    assert desk.run("batch", "contest.toml", "--jobs", 0, "--force", fail=[f"row {CANARY}", 30]) in (1, 7)
    desk.check()


def test_no_crash_leaves_a_voter_outside_the_workspace(desk):
    for event in range(3, 115, 22):
        assert desk.run("project", "contest.toml", kill=event) == -9
        desk.check()
