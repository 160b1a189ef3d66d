"""What a run takes over of partitions: the bytes of a run from nothing, and nothing of what has changed."""

import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.running import parted
from turnout.contest import Contest, Range
from turnout.errors import InputRefused, UsageError
from turnout.running import cohorts, forget, partitions, project
from turnout.workspace import DATABASE

ALL = ["what all 2 voter files add up to"]


def but(number: int) -> list[str]:
    """What is said where all but this partition were taken over."""
    return [f"what 1 of 2 voter files add up to (anew: county-{number}/voters.csv)"]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Two partitions, and the workspace of a first run."""
    directory = tmp_path_factory.mktemp("kept") / "files"
    directory.mkdir()
    parted.generate(directory, voters=1200, precincts=6)
    assert run(directory) == []
    return directory


@pytest.fixture
def files(made, tmp_path) -> Path:
    shutil.copytree(made, tmp_path / "files", symlinks=True)
    return tmp_path / "files"


def run(directory: Path, **options: str) -> list[str]:
    """Project; returns what was taken over."""
    return project.run(Contest.load(directory / "contest.toml"), **options).provenance["reused"]


def is_as_new(directory: Path) -> bool:
    """Whether what was published last is what a run publishes that finds nothing to take over."""
    fresh = directory.parent / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(directory, fresh, ignore=shutil.ignore_patterns("output"))
    assert run(fresh) == []
    same = ("projection.csv", "projection.json", "cohorts.csv")  # the page shows the runs before it
    return all(parted.published(directory)[name] == parted.published(fresh)[name] for name in same)


def kept(directory: Path, what: str = "number, name") -> list[tuple]:
    with duckdb.connect(directory / "output" / DATABASE, read_only=True) as opened:
        return opened.sql(f"SELECT {what} FROM part_facts ORDER BY number").fetchall()


def drop_lines(path: Path, every: int) -> None:
    header, *lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([header, *(line for number, line in enumerate(lines) if number % every)]))


def test_the_same_files_are_not_read_again(files, monkeypatch):
    monkeypatch.setattr(partitions, "measure", None)
    assert run(files) == ALL
    assert run(files) == ALL


@pytest.mark.parametrize("file", ["ballots", "voters"])
def test_only_the_partition_of_a_changed_file_is_measured(files, file):
    drop_lines(files / "county-2" / f"{file}.csv", 40)
    assert run(files) == but(2)
    assert is_as_new(files)
    assert run(files) == ALL


def test_on_a_cluster_the_workers_find_what_has_changed(files):
    pytest.importorskip("distributed")
    drop_lines(files / "county-1" / "ballots.csv", 40)
    assert run(files, cluster="local:2") == but(1)
    assert is_as_new(files)


def test_what_a_partition_was_warned_of_is_told_again(files):
    path = files / "county-2" / "voters.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    run(files)
    again = project.run(Contest.load(files / "contest.toml"))
    assert again.provenance["reused"] == ALL
    assert [m for m in again.findings["message"] if m.startswith("county-2/voters.csv: 1 of ")]


def test_new_returns_enter_into_every_partition(files):
    drop_lines(files / "returns.csv", 9)
    assert run(files) == []


def test_the_number_of_draws_is_of_the_whole_alone(files):
    config = files / "contest.toml"
    config.write_text(config.read_text().replace("draws = 100", "draws = 120"))
    assert run(files) == ALL
    assert is_as_new(files)


@pytest.mark.parametrize(
    "told",
    [
        {"seed": 8},
        {"kind": "runoff"},
        {"ethnicity": {"margins": {"korean": 0.3}}},
        {"propensity": {"poll": Range(low=100, high=200)}},
        {"inputs": {"read_as": {"voters": "generic-voters"}}},
    ],
)
def test_what_the_contest_says_makes_anew_what_follows_from_it(made, told):
    contest = Contest.load(made / "contest.toml")
    changed = contest.model_copy(
        update={
            name: getattr(contest, name).model_copy(update=value) if isinstance(value, dict) else value
            for name, value in told.items()
        }
    )
    before, after = ([partitions.key(task) for task in partitions.tasks(each)] for each in (contest, changed))
    assert len(set(before + after)) == 4


def test_a_file_that_the_contest_names_beside_the_partitions_counts(files):
    contest = Contest.load(files / "contest.toml")
    names, days, layout = files / "names.csv", files / "days.csv", files / "layout.toml"
    named = contest.model_copy(
        update={
            "ethnicity": contest.ethnicity.model_copy(update={"surnames": (names,)}),
            "propensity": contest.propensity.model_copy(update={"past_days": days}),
            "inputs": contest.inputs.model_copy(update={"layouts": (layout,)}),
        }
    )
    seen = [partitions.key(partitions.tasks(named)[0])]
    for path in (names, days, layout):
        path.write_text("changed")
        seen.append(partitions.key(partitions.tasks(named)[0]))
    assert len(set(seen)) == 4


def test_another_version_of_the_code_takes_nothing_over(files, monkeypatch):
    monkeypatch.setattr(partitions.reuse, "code", lambda: "another version")
    assert run(files) == []


def test_a_partition_that_is_gone_leaves_nothing_and_one_that_is_added_is_measured(files):
    returns = (files / "returns.csv").read_text()
    alone = "".join(line for line in returns.splitlines(keepends=True) if "County 2" not in line)
    (files / "returns.csv").write_text(alone)
    parted.config(files, ["county-1/"])
    assert run(files) == []
    assert is_as_new(files)
    assert kept(files) == [(0, "county-1/voters.csv")]
    with duckdb.connect(files / "output" / DATABASE, read_only=True) as opened:
        for name in ("part_cells", "part_units", "part_reconciliation"):
            assert opened.sql(f"SELECT DISTINCT number FROM {name}").fetchall() == [(0,)]
    people = (files / "county-2" / "voters.csv").read_text()
    (files / "county-2" / "voters.csv").write_text(people.replace("County 2", "County 3"))
    parted.config(files, ["county-1/", "county-2/"])
    assert run(files) == but(2)


def test_a_partition_follows_from_its_place_and_the_names_of_its_files(files):
    def keys(*homes: str) -> list[str]:
        return [partitions.key(task) for task in partitions.tasks(Contest.load(parted.config(files, list(homes))))]

    first, second = keys("county-1/", "county-2/")
    assert not {first, second} & set(keys("county-2/", "county-1/"))
    (files / "county-2").rename(files / "county-9")
    assert keys("county-1/", "county-9/")[0] == first
    assert keys("county-1/", "county-9/")[1] != second


def test_a_run_that_is_refused_leaves_to_the_next_what_it_measured(files):
    shutil.rmtree(files / "output")
    path = files / "county-2" / "ballots.csv"
    ballots = path.read_text()
    path.write_text(ballots.replace("accepted", "who knows"))
    with pytest.raises(InputRefused, match="unknown code"):
        run(files)
    path.write_text(ballots)
    assert run(files) == but(2)


def test_counties_that_overlap_are_refused_though_their_files_were_kept(files):
    path = files / "county-2" / "voters.csv"
    path.write_text(path.read_text().replace("County 2", "County 1", 1))
    for _ in range(2):
        with pytest.raises(UsageError, match=r"county-2/voters.csv: its county 'County 1' is in county-1/voters.csv"):
            run(files)


def test_a_file_that_is_written_while_it_is_read_is_not_taken_over(files, monkeypatch):
    stamps = iter(range(100))
    monkeypatch.setattr(partitions, "_stamp", lambda task: next(stamps))
    drop_lines(files / "county-2" / "ballots.csv", 40)
    run(files)
    monkeypatch.undo()
    assert run(files) == but(2)


def test_a_file_beside_the_partitions_that_is_written_meanwhile_is_not_taken_over(files, monkeypatch):
    table = files / "surnames.csv"
    table.write_text("name,korean\nZZYZX,100\n")
    config = files / "contest.toml"
    config.write_text(config.read_text() + '\n[ethnicity]\nsurnames = ["surnames.csv"]\n')
    measure = partitions.measure

    def measured(task, *, threads=None):
        part = measure(task, threads=threads)
        if task.number == 0:
            table.write_text("name,white\nZZYZX,100\n")
        return part

    with monkeypatch.context() as patch:
        patch.setattr(partitions, "measure", measured)
        run(files)
    assert kept(files, "key <> ''") == [(False,), (True,)]  # the second found the table as it was left


def test_a_workspace_that_was_cut_short_is_made_anew(files):
    database = files / "output" / DATABASE
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 2)
    assert run(files) == []
    assert is_as_new(files)


def test_cohorts_of_the_command_leave_the_partitions_to_the_next_run(files):
    cohorts.run(Contest.load(files / "contest.toml"))
    assert run(files) == ALL


def test_partitions_that_are_no_more_are_forgotten(files):
    parted.config(files, ["county-1/", "county-2/"], extra="partitioned = false")
    run(files)
    with duckdb.connect(files / "output" / DATABASE, read_only=True) as opened:
        assert not [
            name for (name,) in opened.sql("SELECT table_name FROM duckdb_tables()").fetchall() if "part_" in name
        ]


def test_what_is_kept_names_no_voter_and_goes_when_voters_are_forgotten(files):
    ids = [
        each
        for n in (1, 2)
        for each in pl.read_csv(files / f"county-{n}" / "voters.csv", infer_schema=False)["voter_id"]
    ]
    held = b"".join(path.read_bytes() for path in (files / "output").iterdir() if path.is_file())
    assert [each for each in ids if each.encode() in held] == []
    forget.run(files / "output")
    with duckdb.connect(files / "output" / DATABASE, read_only=True) as opened:
        names = {name for (name,) in opened.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
        small = opened.sql(
            "SELECT precinct FROM cells WHERE tranche = 'registered' GROUP BY precinct HAVING sum(expected) < 9.9"
        ).fetchall()
    assert not {name for name in names if "part_" in name}
    assert small == []
    assert run(files) == []
