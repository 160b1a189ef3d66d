import json
import subprocess
import sys
import types
from pathlib import Path

import polars as pl
import pytest
import typer

import turnout.running
from tests.backtest import test_scores as scores
from tests.reporting import examples
from turnout import errors, example, reporting
from turnout.backtest import Backtest, summarise
from turnout.cli import app
from turnout.workspace import Workspace

CONFIG = """
name = "US House 34, special runoff"
date = 2017-06-06
synthetic = true
output = "out"
[inputs]
voters = ["voters.csv"]
returns = ["returns.csv"]
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "contest.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def engine(monkeypatch):
    """Stand in for turnout.running.project: publishes a ready run and remembers what it was asked for."""
    state = types.SimpleNamespace(answer=examples.founding_case(), raises={}, asked=[])

    def run(contest, *, progress=None, wait=0, cluster=""):
        state.asked.append(contest)
        if error := state.raises.get(contest.name):
            raise error
        if progress:
            progress("reading")
        with Workspace.create(contest.output, threads=1) as workspace, workspace.publication() as staging:
            reporting.write(staging, state.answer)
        return state.answer

    fake = types.ModuleType("turnout.running.project")
    fake.run = run
    monkeypatch.setitem(sys.modules, "turnout.running.project", fake)
    monkeypatch.setattr(turnout.running, "project", fake, raising=False)
    for name in ("batch", "demo"):
        monkeypatch.delitem(sys.modules, f"turnout.running.{name}", raising=False)
        monkeypatch.delattr(turnout.running, name, raising=False)
    yield state
    for name in ("batch", "demo"):
        sys.modules.pop(f"turnout.running.{name}", None)
        vars(turnout.running).pop(name, None)  # else the next test has one module by name, another by the package


def test_project_with_a_config_publishes_and_tells(turn, engine, config):
    code, out, err = turn("project", config)
    assert code == 0
    assert err == ""
    assert "58.7 %" in out
    assert (config.parent / "out" / "projection.csv").exists()
    assert engine.asked[0].name == "US House 34, special runoff"


def test_project_with_files_takes_every_option(turn, engine, tmp_path):
    code, _, err = turn(
        "project", "--returns", "a.csv", "--returns", "b.csv", "--history", "past", "--voters", "v.csv",
        "--vote-history", "h.csv", "--ballots", "m.csv", "--past-crosswalk", "x.csv", "--output", tmp_path / "out",
        "--seed", 7, "--date", "2017-06-06", "--contest", "Mayor", "--quiet",
    )  # fmt: skip
    assert (code, err) == (0, "")
    contest = engine.asked[0]
    assert contest.inputs.returns == (Path("a.csv"), Path("b.csv"))
    assert contest.inputs.voters == (Path("v.csv"),)
    assert contest.inputs.vote_history == (Path("h.csv"),)
    assert contest.inputs.ballots == (Path("m.csv"),)
    assert contest.inputs.history == (Path("past"),)
    assert contest.inputs.past_crosswalk == Path("x.csv")
    assert (contest.seed, str(contest.date), contest.name) == (7, "2017-06-06", "Mayor")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--returns"),
        (("--returns", "a.csv"), "--output"),
        (("--output", "x"), "--returns"),
        (("contest.toml", "--returns", "a.csv"), "exclude each other"),
        (("contest.toml", "--seed", "0"), "exclude each other"),
        (("contest.toml", "--output", "x"), "exclude each other"),
        (("--returns", "a.csv", "--output", "x", "--seed", "-1"), "--seed"),
        (("--returns", "a.csv", "--output", "x", "--date", "6 June"), "--date"),
        (("nowhere.toml",), "nowhere.toml: cannot be read"),
        (("--colour",), "--colour"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_to_do(turn, engine, arguments, said):
    code, out, err = turn("project", *arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert said in err
    assert engine.asked == []


def test_quiet_prints_nothing(turn, engine, config):
    assert turn("project", config, "--quiet") == (0, "", "")


def test_json_on_stdout_is_what_was_published(turn, engine, config):
    code, out, err = turn("project", config, "--json")
    assert (code, err) == (0, "")
    assert out == (config.parent / "out" / "projection.json").read_text()
    assert json.loads(out)["synthetic"] is True


def test_abstaining_everywhere_publishes_and_exits_5(turn, engine, config):
    engine.answer = examples.fully_abstained()
    code, out, err = turn("project", config)
    assert code == 5
    assert err.startswith("error: No contest could be projected.")
    assert "No projection." in out
    assert (config.parent / "out" / "projection.csv").exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("u"), 2),
        (errors.InputRefused("i"), 3),
        (errors.InputStale("s"), 4),
        (errors.AbstainedEverywhere("a"), 5),
        (errors.WorkspaceBusy("w"), 6),
    ],
)
def test_each_error_has_its_exit_code_and_one_line(turn, engine, config, error, code):
    engine.raises[""] = engine.raises["US House 34, special runoff"] = error
    assert turn("project", config) == (code, "", f"error: {error}\n")


def test_a_bug_is_one_line_without_traceback_or_data(turn, engine, config, monkeypatch):
    monkeypatch.delenv("TURNOUT_DEBUG", raising=False)
    engine.raises["US House 34, special runoff"] = ValueError("could not convert 'KIM, SOO JIN'")
    code, _, err = turn("project", config)
    assert code == 1
    assert err.startswith("internal error: ValueError in ")
    assert err.count("\n") == 1
    assert "report" in err
    assert "KIM" not in err


def test_a_bug_shows_its_traceback_when_asked(turn, engine, config, monkeypatch):
    monkeypatch.setenv("TURNOUT_DEBUG", "1")
    engine.raises["US House 34, special runoff"] = ValueError("oh")
    code, _, err = turn("project", config)
    assert code == 1
    assert "Traceback" in err


def test_a_busy_directory_exits_6(turn, engine, config):
    with Workspace.create(config.parent / "out", threads=1):
        code, _, err = turn("project", config)
    assert code == 6
    assert "another run holds" in err


def test_report_rebuilds_the_page(turn, engine, config):
    turn("project", config, "--quiet")
    page = config.parent / "out" / "report.html"
    before = page.read_bytes()
    page.resolve().write_text("lost")
    code, out, _ = turn("report", config)
    assert (code, out) == (0, f"{page}\n{page.with_suffix('.xlsx')}\n")
    assert page.read_bytes() == before


def test_report_before_any_run_exits_2(turn, config):
    code, _, err = turn("report", config)
    assert code == 2
    assert "turnout project" in err


def make_batch(tmp_path, names):
    paths = []
    for name in names:
        path = tmp_path / name / "contest.toml"
        path.parent.mkdir()
        path.write_text(f'name = "{name}"\noutput = "out"\n')
        paths.append(path)
    return paths


def test_a_batch_isolates_failures_and_exits_7(turn, engine, tmp_path):
    paths = make_batch(tmp_path, ["one", "two", "three", "four"])
    engine.raises = {"two": errors.InputRefused("returns.csv: nothing readable."), "three": KeyError("secret")}
    code, out, err = turn("batch", "--jobs", 0, *paths, tmp_path / "missing.toml")
    assert code == 7
    told = [line.split()[0] for line in out.splitlines() if not line.startswith(" ")]
    assert told == ["projected", "failed", "failed", "projected", "failed", "5"]
    assert "nothing readable" in out
    assert "secret" not in out + err
    assert "3 of 5 contests failed" in err
    assert (tmp_path / "four" / "out" / "projection.csv").exists()


def test_a_batch_without_failures_exits_0(turn, engine, tmp_path):
    code, out, err = turn("batch", "--jobs", 0, *make_batch(tmp_path, ["one", "two"]))
    assert (code, err) == (0, "")
    assert "2 contests: 2 projected" in out


def test_a_batch_that_abstains_everywhere_exits_5(turn, engine, tmp_path):
    engine.answer = examples.fully_abstained()
    assert turn("batch", "--jobs", 0, *make_batch(tmp_path, ["one", "two"]))[0] == 5


def test_a_batch_of_one_kind_of_failure_exits_with_its_code(turn, engine, tmp_path):
    engine.raises = dict.fromkeys(("one", "two"), errors.WorkspaceBusy("held"))
    assert turn("batch", "--jobs", 0, *make_batch(tmp_path, ["one", "two"]))[0] == 6


def test_a_batch_logs_in_json_and_sums_up_in_json(turn, engine, tmp_path):
    engine.raises = {"two": errors.InputRefused("r.csv: nothing readable.")}
    code, out, err = turn(
        "batch", "--jobs", 0, "--json", "--log-format", "json", *make_batch(tmp_path, ["one", "two"])
    )
    assert code == 7
    summary = json.loads(out)
    assert (summary["exit_code"], summary["counts"]) == (7, {"failed": 1, "projected": 1})
    assert [contest["status"] for contest in summary["contests"]] == ["projected", "failed"]
    events = [json.loads(line) for line in err.splitlines()]
    assert [event["event"] for event in events] == ["started", "stage", "ended", "ended", "finished"]
    assert [event["level"] for event in events][-2:] == ["error", "error"]


def test_a_batch_hands_its_summary_to_a_command(turn, engine, tmp_path):
    note = tmp_path / "note.json"
    tee = f"{sys.executable} -c 'import sys; open(sys.argv[1], \"w\").write(sys.stdin.read())' {note}"
    assert turn("batch", "--jobs", 0, "--notify", tee, *make_batch(tmp_path, ["one"]))[0] == 0
    assert json.loads(note.read_text())["counts"] == {"projected": 1}


@pytest.mark.parametrize(("command", "said"), [("nowhere/at-all", "cannot be run"), ("false", "ended with code 1")])
def test_a_notification_that_fails_is_a_warning(turn, engine, tmp_path, command, said):
    code, _, err = turn("batch", "--jobs", 0, "--notify", command, *make_batch(tmp_path, ["one"]))
    assert code == 0
    assert err.startswith("warning: --notify")
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--max-age", "soon"), "give minutes, hours or days"),
        (("--notify", "'"), "--notify"),
        (("--notify", " "), "names no command"),
        (("--as-of", "yesterday"), "--as-of"),
    ],
)
def test_wrong_usage_of_a_batch_exits_2(turn, engine, tmp_path, arguments, said):
    code, _, err = turn("batch", *arguments, *make_batch(tmp_path, ["one"]))
    assert code == 2
    assert said in err
    assert engine.asked == []


VOTERS = "voter_id,last_name,precinct,party\n1,CANARY,001,DEM\n2,COLON,001,\n1,CANARY,001,\n"
BALLOTS = "voter_id,event_date,status,mode\n1,2017-05-01,accepted,mail\n2,2017-05-02,returned,mail\n"


@pytest.fixture
def inputs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("voters.csv").write_text(VOTERS)
    Path("ballots.csv").write_text(BALLOTS)
    Path("yesterday.csv").write_text(BALLOTS + "3,2017-05-02,accepted,mail\n")
    Path("odd.csv").write_text(BALLOTS.replace("returned", "eaten"))
    return tmp_path


def test_check_says_what_files_are_and_keeps_nothing(turn, inputs):
    code, out, err = turn("check", "voters.csv", "ballots.csv")
    assert (code, err) == (0, "")
    assert "voters · layout generic-voters" in out
    assert "ballots · layout generic-ballots" in out
    assert "2 · 1 line names one again" in out
    assert "3 = 2 loaded + 1 rejected + 0 ignored ✓" in out
    assert "9,AAAAAA,999," in out  # the rejected line, masked
    assert "CANARY" not in out
    assert max(map(len, out.splitlines())) <= 80
    assert {path.name for path in inputs.iterdir()} == {"voters.csv", "ballots.csv", "yesterday.csv", "odd.csv"}


def test_check_names_unknown_codes_and_exits_3(turn, inputs):
    code, out, err = turn("check", "odd.csv", "voters.csv")
    assert code == 3
    assert "'eaten' 1" in out
    assert "generic-voters" in out  # the other file is looked at all the same
    assert "would refuse odd.csv" in err


def test_check_does_not_repeat_a_first_line_that_may_be_a_voters(turn, inputs):
    Path("bare.txt").write_text("1234567|ANA|CANARY\n1234568|EVA|LARSEN\n")
    code, out, err = turn("check", "bare.txt")
    assert code == 3
    assert "CANARY" not in out + err
    assert "is not repeated" in " ".join(out.split())


def test_check_in_json_holds_the_same(turn, inputs):
    code, out, _ = turn("check", "voters.csv", "--json")
    assert code == 0
    (report,) = json.loads(out)["files"]
    assert report["layout"] == "generic-voters"
    assert report["account"] == {"lines_in": 3, "loaded": 2, "rejected": 1, "ignored": 0}
    assert "CANARY" not in out


def test_check_against_an_earlier_file_says_what_changed(turn, inputs):
    code, out, err = turn("check", "ballots.csv", "--against", "yesterday.csv")
    assert code == 3
    assert "1 of 3 have none any more (1 of those were accepted)" in " ".join(out.split())
    assert "33.3%; 2.0% is allowed" in err
    assert turn("check", "ballots.csv", "--against", "yesterday.csv", "--allow-shrink")[0] == 0
    code, out, _ = turn("check", "yesterday.csv", "--against", "ballots.csv")
    assert code == 0
    assert "1 voters have a ballot who had none" in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("voters.csv", "--layout", "nowhere"), "'nowhere' is no layout"),
        (("nowhere.csv",), "no such file"),
        (("voters.csv", "--voters", "voters.csv"), "not both"),
        (("--voters", "voters.csv", "--layout", "nowhere"), "'nowhere' is no layout"),
        (("ballots.csv", "--against", "2017-06-40"), "no such file, and no day"),
        (("voters.csv", "--against", "yesterday.csv"), "none were read"),
    ],
)
def test_wrong_usage_of_check_exits_2(turn, inputs, arguments, said):
    code, _, err = turn("check", *arguments)
    assert code == 2
    assert said in err


def test_check_with_a_layout_reads_the_file_by_it(turn, inputs):
    code, out, _ = turn("check", "voters.csv", "--layout", "nc-voters")
    assert code == 3
    assert "column ncid" in " ".join(out.split())


def test_init_writes_a_contest_that_check_takes(turn, inputs):
    Path("list.txt").write_text("Voter ID\tLast Name\tPct\tDOB\n1\tKIM\t001\t1/31/1970\n2\tDIAZ\t001\t2/1/1980\n")
    code, out, err = turn("init", "list.txt", "ballots.csv")
    assert (code, err) == (0, "")
    assert "birth_year = DOB" in out
    code, out, _ = turn("check", "contest.toml")
    assert code == 0
    assert "layout list" in out
    code, _, err = turn("init", "list.txt")
    assert code == 2
    assert "--force" in err


def voter_file(path: Path, label: str | None) -> Path:
    """Two hundred voters, with self-reported race where one is said; nine bear a surname on no list."""
    names = ["Kim"] * 40 + ["Garcia"] * 60 + ["Smith"] * 91 + ["Plughzq"] * 9
    frame = pl.DataFrame({"voter_id": [f"V{i:03d}" for i in range(200)], "last_name": names, "precinct": "1"})
    frame.with_columns(vendor_ethnicity=pl.lit(label)).write_csv(path)
    return path


def test_ethnicity_says_who_the_voters_are_and_keeps_nothing(turn, tmp_path):
    code, out, err = turn("ethnicity", "--voters", str(voter_file(tmp_path / "voters.csv", None)))
    assert code == 0, err
    assert "Korean" in out
    assert "surname+precinct" in out
    assert "Plughzq" not in out
    assert "V001" not in out
    assert [path.name for path in tmp_path.iterdir()] == ["voters.csv"]


def test_ethnicity_compares_with_self_reported_race_and_writes_tables(turn, tmp_path):
    voters = voter_file(tmp_path / "voters.csv", "White")
    code, out, err = turn("ethnicity", "--voters", str(voters), "--compare", "--output", str(tmp_path / "out"))
    assert code == 0, err
    assert "How good it is" in out
    assert "PLUGHZQ" not in out
    written = {path.name for path in (tmp_path / "out").iterdir()}
    tables = ("groups", "by_ballot", "basis", "calibration", "voted", "reliability", "surnames")
    assert written == {f"{name}.csv" for name in tables}
    scores = pl.read_csv(tmp_path / "out" / "calibration.csv")
    assert scores["group"].to_list() == ["white"]
    assert scores["observed"].to_list() == [1.0]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "out").iterdir())


def test_ethnicity_as_json_has_the_tables_and_tells_no_few(turn, tmp_path):
    voters = voter_file(tmp_path / "voters.csv", "White")
    code, out, err = turn("ethnicity", "--voters", str(voters), "--compare", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    groups = {row["group"]: row["voters"] for row in document["groups"]}
    assert groups["korean"] > 30
    assert groups["native"] is None
    assert document["calibration"][0]["group"] == "white"
    assert document["compared"] == {"labelled": 200, "surnames": 200, "unmatched": 9}
    assert document["surnames"] == []
    assert "PLUGHZQ" not in out.upper()


def test_ethnicity_with_nothing_to_compare_with_exits_2(turn, tmp_path):
    voters = voter_file(tmp_path / "voters.csv", None)
    code, _, err = turn("ethnicity", "--voters", str(voters), "--compare")
    assert code == 2
    assert "nothing to compare with" in err


def test_ethnicity_without_voters_exits_2(turn):
    code, _, err = turn("ethnicity")
    assert code == 2
    assert "--voters" in err


def test_check_of_nothing_exits_2(turn):
    code, _, err = turn("check")
    assert code == 2
    assert "nothing to check" in err


def test_cohorts_without_a_voter_file_exits_2(turn, tmp_path):
    path = tmp_path / "contest.toml"
    path.write_text('output = "out"\n')
    code, _, err = turn("cohorts", path)
    assert code == 2
    assert "voter file" in err


def test_cohorts_shows_groups_and_publishes_nothing(turn, tmp_path):
    example.generate(tmp_path, 11, example.CA34.scaled(voters=6_000, precincts=8))
    config = tmp_path / "contest.toml"
    code, out, err = turn("cohorts", config)
    assert (code, err) == (0, "")
    for said in ("Korean", "Synthetic electorate", "Where the early vote comes from", "Day by day", "Poll"):
        assert said in out
    assert "Written to" not in out
    assert not (tmp_path / "output" / "cohorts.csv").exists()

    code, out, err = turn("cohorts", config, "--by", "party,age", "--as-of", "2017-05-30", "--output", tmp_path / "c")
    assert (code, err) == (0, "")
    assert "DEM · 65+" in out
    assert "Expected early in the end" in out
    assert max(map(len, out.split("Written to")[0].splitlines())) <= 80
    assert (tmp_path / "c" / "cohorts-by-party-age.csv").exists()


def test_propensity_compares_the_models_and_writes_the_card(turn, tmp_path):
    example.generate(tmp_path, 11, example.CA34.scaled(voters=6_000, precincts=8))
    code, out, err = turn("propensity", tmp_path / "contest.toml", "--output", tmp_path / "p")
    assert (code, err) == (0, "")
    assert "trained on 2017-03-07, tried on 2017-04-04" in out
    assert "Least log loss: propensity" in out
    card = (tmp_path / "p" / "propensity-card.md").read_text()
    assert "| propensity-last | all |" in card
    assert "| poll | Latino |" in card
    groups = pl.read_csv(tmp_path / "p" / "propensity-groups.csv")
    assert groups["expected"].drop_nulls().min() >= 10


def test_propensity_without_a_history_exits_2(turn, config):
    code, _, err = turn("propensity", config)
    assert code == 2
    assert "vote history" in err


def test_cohorts_by_what_is_not_known_exits_2(turn, config):
    code, _, err = turn("cohorts", config, "--by", "income")
    assert code == 2
    assert "choose from group, county" in err


def test_demo_writes_projects_and_recalls_the_real_result(turn, engine, monkeypatch, tmp_path):
    def generate(directory, seed):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "contest.toml").write_text(CONFIG)

    monkeypatch.setattr("turnout.example.generate", generate, raising=False)
    monkeypatch.setattr("turnout.example.write_night", lambda directory, truth: None)
    directory = tmp_path / "demo"
    code, out, _ = turn("demo", directory)
    assert code == 0
    assert "Synthetic electorate" in out
    assert "25,569 votes (59.2 %)" in " ".join(out.split())
    assert "California Secretary of State" in " ".join(out.split())
    assert turn("demo", directory, "--quiet") == (0, "", "")
    code, out, _ = turn("demo", directory, "--json")
    assert (code, json.loads(out)["synthetic"]) == (0, True)


def test_a_demo_of_files_says_which_it_wrote(turn, tmp_path):
    code, out, err = turn("demo", tmp_path / "demo", "--voters", "2000", "--files-only")
    assert (code, err) == (0, "")
    names = (
        "README.txt, ballots.csv, contest.toml, night/README.txt, night/releases.csv, returns.csv, vote_history.csv"
    )
    assert out == f"\nWritten to {tmp_path / 'demo'}: {names}, voters.csv\n"
    assert turn("demo", tmp_path / "demo", "--voters", "2000", "--files-only", "--quiet") == (0, "", "")


def test_demo_does_not_write_over_what_it_did_not_write(turn, engine, tmp_path):
    (tmp_path / "voters.csv").write_text("voter_id\n1\n")
    code, _, err = turn("demo", tmp_path)
    assert code == 2
    assert "did not write" in err
    assert (tmp_path / "voters.csv").read_text() == "voter_id\n1\n"


def test_without_a_command_the_help_is_shown(turn):
    code, out, err = turn()
    assert code == 2
    assert out == ""
    assert "turnout demo" in err


def test_a_misspelt_command_is_suggested(turn):
    code, _, err = turn("bakctest")
    assert code == 2
    assert "Did you mean 'backtest'?" in err


def test_version(turn):
    code, out, _ = turn("--version")
    assert code == 0
    assert out.startswith("turnout 0.")


@pytest.mark.parametrize("name", sorted(typer.main.get_command(app).commands))
def test_every_command_teaches(turn, name):
    code, out, _ = turn(name, "--help")
    assert code == 0
    assert f"  turnout {name}" in out.split("Examples:")[1]
    command = typer.main.get_command(app).commands[name]
    assert all(parameter.help for parameter in command.params if parameter.name != "help")


def test_help_loads_no_modelling_code():
    heavy = ("duckdb", "polars", "sklearn", "numpy", "jinja2", "pydantic")
    code = f"import sys, turnout.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_reader_that_has_heard_enough_is_no_bug(inputs):
    command = f"set -o pipefail; {sys.executable} -m turnout check {inputs / 'voters.csv'} | true"
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (141, "")


def test_python_m_turnout_is_turnout():
    done = subprocess.run([sys.executable, "-m", "turnout", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("turnout ")


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--stage", "0,ten", "--stage 'ten': give whole numbers from 0 to 99"),
        ("--stage", "100", "--stage '100'"),
        ("--stage", ",", "--stage ','"),
        ("--order", "random,alphabet", "--order 'alphabet': choose from random, county"),
    ],
)
def test_backtest_says_which_stage_or_order_is_wrong(turn, tmp_path, option, value, told):
    code, out, err = turn("backtest", "--history", tmp_path, option, value)
    assert (code, out) == (2, "")
    assert told in err


def test_backtest_prints_its_scores_as_json(turn, monkeypatch, tmp_path):
    rows = scores.table(*scores.TOY)
    result = Backtest(rows, summarise(rows), rows.select("state", "date", "stage", "order").clear(), {"seed": 1})
    monkeypatch.setattr("turnout.running.backtest.run", lambda settings, *, advance: result)
    code, out, err = turn("backtest", "--history", tmp_path, "--output", tmp_path / "out", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["provenance"] == {"seed": 1}


def test_report_says_where_it_wrote_unless_it_is_to_be_quiet(turn, engine, config):
    turn("project", config, "--quiet")
    assert turn("report", config, "--quiet") == (0, "", "")


def test_backtest_hands_its_options_on(turn, monkeypatch, tmp_path):
    asked = []

    def run(settings, *, advance):
        asked.append(settings)
        raise errors.InputRefused("nothing to replay")

    monkeypatch.setattr("turnout.running.backtest.run", run)
    options = ["--stage", "25,0", "--order", "county", "--state", "ga,tx", "--seed", 4, "--jobs", 2, "--fresh"]
    options += ["--past-crosswalk", tmp_path / "x.csv"]
    code, _, err = turn("backtest", "--history", tmp_path, "--output", tmp_path / "out", *options)
    assert (code, "nothing to replay" in err) == (3, True)
    (settings,) = asked
    assert (settings.shares, settings.orders, settings.states) == ((0, 25), ("county",), ("GA", "TX"))
    assert (settings.seed, settings.jobs, settings.fresh, settings.draws) == (4, 2, True, 400)
    assert settings.past_crosswalk == tmp_path / "x.csv"


def test_a_signal_that_reaches_the_database_first_is_a_stop_and_no_bug(turn, engine, config):
    engine.raises["US House 34, special runoff"] = RuntimeError("Query interrupted")
    code, _, err = turn("project", config)
    assert (code, err.strip()) == (130, "error: stopped.")


def test_a_name_that_is_not_utf_8_is_wrong_usage(turn):
    code, _, err = turn("check", "\udcff.csv")
    assert code == 2
    assert "not UTF-8" in err


def test_a_contest_nested_beyond_reading_is_wrong_usage(turn, tmp_path):
    path = tmp_path / "deep.toml"
    path.write_text("a=" + "[" * 5000 + "]" * 5000)
    code, _, err = turn("project", path)
    assert code == 2
    assert "nested too deeply" in err


def test_a_voters_line_is_not_repeated_though_one_word_of_it_may_be_a_column(turn, tmp_path):
    path = tmp_path / "ballots.csv"
    path.write_text("SYN0000001,2017-05-08,sent,mail\nSYN0000001,2017-05-09,accepted,mail\n")
    code, out, err = turn("check", path)
    assert code == 3
    assert "SYN0000001" not in out + err


def test_cohorts_are_not_told_by_what_is_each_voters_own(turn, tmp_path):
    example.generate(tmp_path, 11, example.CA34.scaled(voters=3_000, precincts=4))
    voters = pl.read_csv(tmp_path / "voters.csv", infer_schema=False)
    voters.with_columns(party="voter_id").write_csv(tmp_path / "voters.csv")
    code, out, err = turn("cohorts", tmp_path / "contest.toml", "--by", "party", "--output", tmp_path / "c")
    assert code == 2
    assert "tells voters, not groups" in err
    assert voters["voter_id"][0] not in out + err
    assert not (tmp_path / "c").exists()


def test_every_contest_of_a_long_ballot_has_its_components_with_a_voter_file_too(turn, tmp_path):
    assert turn("demo", tmp_path, "--voters", "4000", "--files-only", "--quiet")[0] == 0
    lines = pl.read_csv(tmp_path / "returns.csv", infer_schema=False)
    ballot = [lines.with_columns(contest=pl.lit(f"Measure {number:02}")) for number in range(22)]
    pl.concat(ballot).write_csv(tmp_path / "returns.csv")
    inputs = [f"--{name.replace('_', '-')}" for name in ("returns", "voters", "vote_history", "ballots")]
    files = [tmp_path / f"{name}.csv" for name in ("returns", "voters", "vote_history", "ballots")]
    asked = [word for pair in zip(inputs, files, strict=True) for word in pair]
    code, out, err = turn("project", *asked, "--output", tmp_path / "out", "--json")
    assert code == 0, err
    components = pl.DataFrame(json.loads(out)["components"])
    assert components["contest"].n_unique() == 22
    assert {"support by group", "ethnicity estimate", "mode shift"} <= set(components["component"])
    assert components.filter(component="turnout composition")["sd_share"].min() > 0
