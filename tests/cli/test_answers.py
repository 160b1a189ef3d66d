"""What commands print for machines, and that they can be quiet."""

import json
from pathlib import Path

import polars as pl
import pytest
import typer

from turnout import example, reporting
from turnout.cli import app
from turnout.workspace import Workspace

COMMANDS = typer.main.get_command(app).commands


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The files of a small electorate."""
    directory = tmp_path_factory.mktemp("made")
    example.generate(directory, 11, example.CA34.scaled(voters=3_000, precincts=8))
    return directory


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_can_be_quiet_and_answer_in_json(name):
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert {"--quiet", "--json"} <= options


def test_cohorts_in_json_are_the_tables_that_are_written(turn, made, tmp_path):
    code, out, err = turn(
        "cohorts", made / "contest.toml", "--by", "party", "--json", "--output", tmp_path, "--as-of", "2017-05-30"
    )
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["date"] == "2017-06-06"
    assert told["totals"]["registered"]["expected"] == pytest.approx(3_000, abs=0.01)
    for key, name in (("cohorts", "cohorts"), ("by", "cohorts-by-party"), ("days", "cohort-days")):
        written = pl.read_csv(tmp_path / f"{name}.csv", infer_schema_length=None)
        assert list(told[key][0]) == written.columns
        assert [row["expected" if key != "days" else "early"] for row in told[key]] == pytest.approx(
            written["expected" if key != "days" else "early"].to_list(), nan_ok=True
        )
    small = [row["expected"] for row in told["by"] if row["expected"] is not None]
    assert min(small) >= 10


def test_ethnicity_in_json_holds_sums_of_ten_or_more(turn, made):
    code, out, err = turn("ethnicity", made / "contest.toml", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    counts = [row["voters"] for row in told["groups"] if row["voters"] is not None]
    assert 2_700 < sum(counts) <= 3_000
    assert min(counts) >= 10
    assert told["compared"] is None
    assert turn("ethnicity", made / "contest.toml", "--quiet") == (0, "", "")


def test_propensity_in_json_holds_the_scores(turn, made):
    code, out, err = turn("propensity", made / "contest.toml", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["trained"], told["tested"]) == ("2017-03-07", "2017-04-04")
    losses = {row["model"]: row["log_loss"] for row in told["scores"] if row["way"] == "all"}
    assert losses["propensity"] < losses["base rate"]


def test_init_in_json_says_what_files_were_taken_for(turn, made, tmp_path):
    (tmp_path / "list.txt").write_text("Voter ID\tLast Name\tPct\tDOB\n1\tKIM\t001\t1/31/1970\n")
    code, out, err = turn(
        "init", tmp_path / "list.txt", made / "returns.csv", "--output", tmp_path, "--json", "--state", "CA"
    )
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["contest"] == str(tmp_path / "contest.toml")
    assert told["state"] == "CA"
    assert [file["inputs"] for file in told["files"]] == [["voters"], ["returns"]]
    assert told["files"][0]["drafted"]["columns"]["birth_year"] == "DOB"
    assert "KIM" not in out
    assert turn("init", tmp_path / "list.txt", "--output", tmp_path, "--force", "--quiet") == (0, "", "")


def test_forget_in_json_counts_what_went_and_what_stays(turn, tmp_path):
    with Workspace.create(tmp_path, threads=1) as workspace:
        workspace.note("topic", "message")
    code, out, err = turn("forget", tmp_path, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["kept"]["findings"] == 1
    assert told["removed"]["voters"] == 0
    assert turn("forget", tmp_path, "--quiet") == (0, "", "")


def test_check_can_be_quiet_and_still_refuses(turn, made, tmp_path):
    assert turn("check", made / "returns.csv", "--quiet") == (0, "", "")
    (tmp_path / "odd.csv").write_text("voter_id,status\n1,eaten\n")
    code, out, err = turn("check", tmp_path / "odd.csv", "--quiet")
    assert (code, out) == (3, "")
    assert "would refuse odd.csv" in err


def test_a_batch_can_be_quiet(turn, tmp_path):
    (tmp_path / "contest.toml").write_text('[inputs]\nreturns = ["nowhere.csv"]\n')
    code, out, err = turn("batch", "--jobs", 0, "--quiet", tmp_path)
    assert (code, out) == (2, "")
    assert "nowhere.csv" in err


def test_report_takes_the_directory_that_a_run_published_into(turn, run_published, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("projection.json", "cohorts.csv"):
        (copy / name).write_bytes((run_published / name).read_bytes())
    code, out, err = turn("report", copy, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["written"] == [str(copy / name) for name in ("report.html", "report.xlsx")]
    assert (copy / "report.html").read_bytes() == (run_published / "report.html").read_bytes()
    assert (copy / "report.html").stat().st_mode & 0o077 == 0


@pytest.fixture
def run_published(tmp_path) -> Path:
    from tests.reporting import examples

    directory = tmp_path / "out"
    with Workspace.create(directory, threads=1) as workspace, workspace.publication() as staging:
        reporting.write(staging, examples.founding_case())
    return directory


def events(err: str) -> list[dict]:
    return [json.loads(line) for line in err.splitlines()]


def test_a_projection_logs_in_json(turn, small, tmp_path):
    asked = ("--returns", small, "--output", tmp_path / "out", "--log-format", "json")
    code, out, err = turn("project", *asked)
    assert (code, out) == (0, "")
    told = events(err)
    assert [event["event"] for event in told][0 :: len(told) - 1] == ["started", "finished"]
    assert {"reading", "projection", "reporting"} <= {event.get("stage") for event in told}
    assert told[-1]["exit_code"] == 0
    assert all(event["time"].endswith("+00:00") for event in told)
    code, out, err = turn("project", *asked, "--json")
    assert json.loads(out)["schema"] == 1
    assert events(err)[-1]["event"] == "finished"


def test_an_error_is_an_event_of_a_log_in_json(turn, tmp_path):
    code, out, err = turn(
        "project", "--returns", tmp_path / "nowhere.csv", "--output", tmp_path / "out", "--log-format", "json"
    )
    assert (code, out) == (2, "")
    told = events(err)
    assert [event["event"] for event in told] == ["started", "stage", "failed", "finished"]
    assert "nowhere.csv" in told[2]["message"]
    assert (told[3]["exit_code"], told[3]["level"]) == (2, "error")


def test_a_watch_logs_releases_in_json(turn, small, tmp_path):
    asked = ("--returns", small, "--output", tmp_path / "out", "--once", "--log-format", "json")
    code, out, err = turn("watch", *asked)
    assert (code, out) == (0, "")
    told = events(err)
    assert [event["event"] for event in told] == ["started", "taken", "finished"]
    assert len(told[1]["release"]) == 12
    small.write_text("precinct,candidate\n1,Ada\n")
    code, out, err = turn("watch", *asked)
    assert (code, out) == (3, "")
    assert [event["event"] for event in events(err)] == ["started", "refused", "failed", "finished"]


def test_on_a_terminal_a_watch_shows_its_first_stages(turn, small, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # what rich takes for a terminal
    code, out, err = turn("watch", "--returns", small, "--output", tmp_path / "out", "--once")
    assert code == 0
    assert "Ada" in out
    assert "reporting" in err
    assert "Ada" not in err


@pytest.fixture
def small(tmp_path) -> Path:
    path = tmp_path / "early.csv"
    path.write_text(
        "precinct,candidate,party,mail,election_day\n"
        "1,Ada,DEM,612,\n1,Bob,REP,391,\n2,Ada,DEM,455,\n2,Bob,REP,549,\n3,Ada,DEM,508,301\n3,Bob,REP,480,377\n"
    )
    return path
