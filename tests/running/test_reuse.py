"""What a run takes over from the last one: the same bytes as a run of its own, and nothing that has changed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.test_workspace import any_crypto  # noqa: F401 - a fixture
from turnout import example, reuse
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused
from turnout.running import forget
from turnout.running.live import Live
from turnout.workspace import DATABASE, Workspace

FILES = ("projection.csv", "projection.json", "cohorts.csv")
ROLLS = ["the voter file", "the vote history"]
BALLOTS = ["the ballots"]
LEARNED = ["what names and labels say", "the ethnicity estimates"]
DESCRIBED = ["what the vote history says"]
COHORTS = ["the cohorts"]
LAYOUT = """
name = "ours"
table = "voters"
title = "our own"
[columns.voter_id]
names = ["voter_id"]
required = true
[columns.last_name]
names = ["first_name"]
[columns.precinct]
names = ["precinct"]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A small electorate and the workspace of a first run."""
    directory = tmp_path_factory.mktemp("reuse") / "files"
    example.generate(directory, 3, example.CA34.scaled(2000, 8))
    run(directory)
    return directory


@pytest.fixture
def files(made, tmp_path) -> Path:
    """A copy of both, to change."""
    shutil.copytree(made, tmp_path / "files", symlinks=True)
    return tmp_path / "files"


def run(directory: Path, name: str = "output", **inputs: object) -> list[str]:
    """Project; returns what was taken over."""
    contest = Contest.load(directory / "contest.toml")
    update = {"output": directory / name, "draws": 100, "inputs": contest.inputs.model_copy(update=inputs)}
    reused = Live(contest.model_copy(update=update), workbook=False).update().provenance["reused"]
    assert isinstance(reused, list)
    return reused


def written(directory: Path, name: str = "output") -> dict[str, bytes]:
    """What was published, as run after run writes it."""
    return {file: (directory / name / file).read_bytes() for file in FILES}


def is_as_new(directory: Path) -> bool:
    """Whether the last run published what one without any before it publishes."""
    assert run(directory, "anew") == []
    return written(directory) == written(directory, "anew")


def drop_lines(path: Path, every: int) -> None:
    header, *lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([header, *(line for number, line in enumerate(lines) if number % every)]))


def tables(directory: Path) -> set[str]:
    with duckdb.connect(directory / "output" / DATABASE, read_only=True) as opened:
        return {name for (name,) in opened.sql("SELECT table_name FROM duckdb_tables()").fetchall()}


def test_the_same_files_are_not_read_again(files):
    before = tables(files)
    assert run(files) == ROLLS + BALLOTS + LEARNED + DESCRIBED + COHORTS
    assert is_as_new(files)
    assert tables(files) - {"cast_rows"} == before - {"cast_rows"}


def test_a_new_ballot_file_leaves_the_voter_file_as_it_was_read(files):
    drop_lines(files / "ballots.csv", 50)
    assert run(files) == [*ROLLS, LEARNED[0], *DESCRIBED]
    assert is_as_new(files)


def test_new_returns_leave_the_estimates_too(files):
    drop_lines(files / "returns.csv", 9)
    assert run(files) == ROLLS + BALLOTS + LEARNED + DESCRIBED
    assert is_as_new(files)


def test_another_voter_file_is_read_and_all_that_follows_made_anew(files):
    drop_lines(files / "voters.csv", 10)
    assert run(files) == ["the vote history"]
    assert is_as_new(files)
    assert run(files) == ROLLS + BALLOTS + LEARNED + DESCRIBED + COHORTS


def test_another_history_is_read(files):
    drop_lines(files / "vote_history.csv", 10)
    assert run(files) == ["the voter file", *BALLOTS]
    assert is_as_new(files)


def test_history_that_stands_in_the_voter_file_is_read_with_it(tmp_path):
    header = "SOS_VOTERID,COUNTY_NUMBER,COUNTY_ID,LAST_NAME,FIRST_NAME,DATE_OF_BIRTH,REGISTRATION_DATE,VOTER_STATUS,"
    header += "PARTY_AFFILIATION,PRECINCT_NAME,PRECINCT_CODE,PRIMARY-03/19/2024,GENERAL-11/05/2024"
    lines = [f"OH{n},1,{n},SMITH,ANN,1980-01-01,2000-01-01,ACTIVE,R,A,A,,X" for n in range(30)]
    voters = tmp_path / "voters.csv"
    voters.write_text("\n".join([header, *lines]) + "\n")
    contest = Contest(inputs=Inputs(voters=(voters,)), state="OH")
    seen = []
    for extra in ((), (), (tmp_path / "more.csv",)):
        if extra:
            extra[0].write_text("voter_id,election_date,mode\nOH1,2022-11-08,mail\n")
        inputs = contest.inputs.model_copy(update={"vote_history": extra})
        seen.append(loaded(tmp_path / "work", contest.model_copy(update={"inputs": inputs})))
    assert seen == [(30, 30, []), (30, 30, ["voters", "vote_history", "ballots", "strangers"]), (30, 31, ["ballots"])]


def loaded(directory: Path, contest: Contest) -> tuple[int, int, list[str]]:
    """Read, and count the voters, their history, and what was taken over."""
    from turnout import reading

    with Workspace.create(directory, threads=1) as opened:
        reading.load(opened, contest)
        counts = [opened.table(name).height for name in ("voters", "vote_history")]
        accounted = opened.table("reconciliation").filter(table_name="voters").height
        assert accounted == 1
        return counts[0], counts[1], reuse.taken_over(opened.connection)


def test_another_layout_reads_the_file_again(files):
    (files / "layouts").mkdir()
    (files / "layouts" / "ours.toml").write_text(LAYOUT)
    assert run(files) == []
    assert is_as_new(files)


def test_a_change_of_a_model_the_code_or_a_library_makes_all_anew(files, monkeypatch):
    monkeypatch.setattr(reuse, "code", lambda: "another version")
    assert run(files) == []
    before = reuse.key("voters")
    monkeypatch.setattr(reuse, "versions", lambda: dict.fromkeys(reuse.LIBRARIES, "another"))
    assert reuse.key("voters") != before


def test_the_code_counts_with_queries_models_and_layouts(monkeypatch):
    reuse.code.cache_clear()
    whole = reuse.code()
    listing = reuse.resources.listing
    for kind in ("sql", "models", "configs"):
        monkeypatch.setattr(
            reuse.resources, "listing", lambda name, pattern, left=kind: listing(name, pattern)[name == left :]
        )
        reuse.code.cache_clear()
        assert reuse.code() != whole
    monkeypatch.undo()
    reuse.code.cache_clear()


def test_a_look_back_leaves_no_ballots_of_that_day_to_the_next_run(files):
    import datetime as dt

    from turnout.running import cohorts

    contest = Contest.load(files / "contest.toml")
    cohorts.run(contest.model_copy(update={"output": files / "output"}), as_of=dt.date(2017, 5, 25))
    assert "the ballots" not in run(files)
    assert is_as_new(files)


def test_what_the_user_says_of_ethnicity_leaves_the_files_as_read(files):
    config = files / "contest.toml"
    config.write_text(config.read_text() + "\n[ethnicity.margins]\nkorean = 0.3\n")
    assert run(files) == [*ROLLS, *BALLOTS, LEARNED[0], *DESCRIBED]
    assert is_as_new(files)


def test_without_a_voter_file_none_is_there_and_what_was_kept_goes(files):
    assert run(files, voters=(), vote_history=(), ballots=()) == []
    with duckdb.connect(files / "output" / DATABASE, read_only=True) as opened:
        assert opened.sql("SELECT count(*) FROM voters").fetchall() == [(0,)]
    assert not {name for name in tables(files) if "voter_" in name or name == "kept_voters"}


@pytest.mark.parametrize(
    ("written", "instead", "left"),
    [
        (r"seed = \d+", "seed = 8", []),  # whom is learned from follows from it
        ("comparable = .*", "comparable = [2016-11-08]", []),
        ("comparable = .*", "comparable = [2017-04-04, 2016-11-08]", []),  # and the lessons after the first
        ("comparable = .*", 'model = "propensity-boosted"', []),
        ("comparable = .*", r"\g<0>\npoll = { low = 100, high = 200 }", DESCRIBED),
        ("kind = .*", 'kind = "runoff"', []),
        (r"\n\[propensity\]\ncomparable = .*", "", []),
    ],
)
def test_what_the_contest_says_of_voting_makes_anew_what_follows_from_it(files, written, instead, left):
    config = files / "contest.toml"
    config.write_text(re.sub(written, instead, config.read_text()))
    assert run(files) == ROLLS + BALLOTS + LEARNED + left
    assert is_as_new(files)


def test_of_several_elections_learned_from_all_are_taken_over_with_new_ballots(files):
    config = files / "contest.toml"
    config.write_text(config.read_text().replace("[2017-04-04]", "[2017-04-04, 2016-11-08, 2016-06-07]"))
    run(files)
    drop_lines(files / "ballots.csv", 50)
    assert run(files) == [*ROLLS, LEARNED[0], *DESCRIBED]
    assert is_as_new(files)


def test_a_tally_of_days_that_changes_makes_the_cohorts_anew(files):
    days = files / "days.csv"
    days.write_text("day,days_to_go,group,accepted\n2015-01-01,0,,100\n2015-01-01,5,,60\n")
    config = files / "contest.toml"
    config.write_text(config.read_text() + f'past_days = "{days}"\n')
    run(files)
    assert run(files) == ROLLS + BALLOTS + LEARNED + DESCRIBED + COHORTS
    days.write_text(days.read_text().replace("60", "50"))
    assert run(files) == ROLLS + BALLOTS + LEARNED + DESCRIBED
    assert is_as_new(files)
    days.unlink()
    with pytest.raises(InputRefused, match=r"days\.csv: cannot be read as a table of days"):
        run(files)


def test_cohorts_of_the_command_leave_the_cohorts_to_the_next_run(files):
    from turnout.running import cohorts

    contest = Contest.load(files / "contest.toml")
    again = cohorts.run(contest.model_copy(update={"output": files / "output"}), by=("party",))
    assert again.by.height
    assert run(files)[-1:] == COHORTS
    assert is_as_new(files)


def test_a_refused_ballot_file_leaves_the_tables_empty_and_the_next_run_quick(files):
    ballots = (files / "ballots.csv").read_text()
    (files / "ballots.csv").write_text(ballots.replace("accepted", "who knows"))
    with pytest.raises(InputRefused):
        run(files)
    with duckdb.connect(files / "output" / DATABASE, read_only=True) as opened:
        assert opened.sql("SELECT count(*) FROM voters").fetchall() == [(0,)]
    (files / "ballots.csv").write_text(ballots)
    assert run(files)[:2] == ROLLS
    assert is_as_new(files)


def test_a_file_that_is_written_while_it_is_read_is_not_taken_over(files, monkeypatch):
    from turnout.reading import rolls

    stamps = iter(range(100))
    monkeypatch.setattr(rolls, "stamp", lambda paths: next(stamps))
    drop_lines(files / "voters.csv", 10)
    run(files)
    monkeypatch.undo()
    assert run(files) == []


@pytest.mark.parametrize("damage", [lambda content: content[5000:], lambda content: b"KIM" * 10_000])
def test_a_damaged_database_is_made_anew(files, damage):
    path = files / "output" / DATABASE
    path.write_bytes(damage(path.read_bytes()))
    assert run(files) == []
    assert is_as_new(files)


def test_nothing_of_a_voter_is_left_once_forgotten(files):
    name = (files / "voters.csv").read_text().splitlines()[1].split(",")[0]
    forget.run(files / "output")
    assert not [
        path for path in (files / "output").rglob("*") if path.is_file() and name.encode() in path.read_bytes()
    ]
    assert run(files) == []


def test_an_encrypted_workspace_is_taken_over_by_its_key_alone(files, any_crypto, monkeypatch):  # noqa: F811
    assert run(files) == []  # the one before was not encrypted
    assert run(files) == ROLLS + BALLOTS + LEARNED + DESCRIBED + COHORTS
    monkeypatch.setenv("TURNOUT_KEY", "another key altogether")
    assert run(files) == []
    monkeypatch.delenv("TURNOUT_KEY")
    assert run(files) == []


def test_the_database_is_its_owners_alone(files):
    run(files)
    for path in (files / "output").rglob("*"):
        assert path.is_symlink() or path.stat().st_mode & 0o077 == 0


def test_scikit_learn_is_loaded_by_a_run_that_fits_and_by_no_other(files):
    code = (
        "import sys\nfrom pathlib import Path\nfrom turnout import Contest\nfrom turnout.running.live import Live\n"
        "Live(Contest.load(Path(sys.argv[1])), workbook=False).update()\nprint('sklearn' in sys.modules)\n"
    )
    config = files / "contest.toml"
    config.write_text(config.read_text().replace('output = "output"', f'output = "{files / "fresh"}"\ndraws = 100'))
    for loaded in ("True", "False"):
        done = subprocess.run([sys.executable, "-c", code, config], capture_output=True, text=True, check=True)
        assert done.stdout.split() == [loaded]
