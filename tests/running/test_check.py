"""What `turnout check` finds in files, before anything is made of them."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from turnout.contest import Contest, Inputs
from turnout.errors import UsageError
from turnout.running import check

VOTERS = "voter_id,last_name,precinct,registration_date\n"


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_days_of_the_wrong_era_and_in_the_other_order_are_counted_apart(tmp_path: Path) -> None:
    days = ["01/02/2017", "13/02/2017", "02/30/2015", "01/01/1800", "01/01/1799", "05/05/2199", "3/4/1999"]
    lines = "".join(f"{number},Kim,P1,{day}\n" for number, day in enumerate(days))
    (report,) = check.loose([written(tmp_path / "v.csv", VOTERS + lines)]).reports
    days_found = report.dates["registration_date"]
    assert (str(days_found.first), str(days_found.last)) == ("1800-01-01", "2199-05-05")
    assert (days_found.future, days_found.early, days_found.out_of_range) == (1, 1, 1)
    assert (days_found.day_first, days_found.not_read) == (1, 1)


@pytest.mark.realdata
def test_a_file_that_is_read_twice_says_of_each_table_what_it_rejected(shared_data: Path) -> None:
    voters, history = check.loose([shared_data / "layouts" / "ok.csv"]).reports
    assert [reason for _, reason, _ in voters.reasons] == ["duplicate voter_id"]
    assert history.reasons == []
    assert history.ignored == "no vote in any election: 2"


def test_a_layout_may_be_named_for_files_by_what_they_are(tmp_path: Path) -> None:
    path = written(tmp_path / "v.txt", "100|Kim|P1\n200|Lee|P2\n")
    own = written(
        tmp_path / "own.toml",
        'name = "xx-list"\ntable = "voters"\nheader = ["id", "name", "pct"]\n[columns]\n'
        'voter_id = { names = ["id"] }\nlast_name = { names = ["name"] }\nprecinct = { names = ["pct"] }\n',
    )
    contest = Contest(inputs=Inputs(voters=(path,)))
    result = check.run(check.read_as(contest, str(own)))
    assert [report.layout for report in result.reports] == ["xx-list"]
    assert result.reports[0].account["loaded"] == 2
    with pytest.raises(UsageError, match="'zz' is no layout"):
        check.read_as(contest, "zz")


def test_no_error_names_a_directory_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "returns.parquet"
    names = [f"P{n:03d}" for n in range(200) for _ in (0, 1)]
    pl.DataFrame({"precinct": names, "candidate": ["Ada", "Bob"] * 200, "mail": list(range(400))}).write_parquet(path)
    data = path.read_bytes()
    for damaged in (data[: len(data) // 2], data[:4] + bytes(200) + data[204:]):
        path.write_bytes(damaged)
        (report,) = check.loose([path]).reports
        assert "Parquet" in report.refused
        assert "turnout-check-" not in report.refused
        assert "current.parquet" not in report.refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Cust_ID,First_Name,Order_Date\n1,a,b\n", "'Cust_ID'"),
        ("1001234567,GOMEZ,ANA,01/31/1970\n", "may be a voter's"),
        ("SMITH,JOHN,12 MAIN STREET\n", "may be a voter's"),
    ],
)
def test_a_header_is_repeated_where_it_is_plainly_one(tmp_path: Path, text: str, said: str) -> None:
    (report,) = check.loose([written(tmp_path / "what.csv", text)]).reports
    assert said in report.refused
    assert "GOMEZ" not in report.refused
    assert "SMITH" not in report.refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,state,candidate,mail\n2018-11-06,GA,Ada,0\n", "every figure is 0"),
        ("date,state,candidate,mode,votes\n2018-11-06,GA,Ada,mail,0\n", "every figure is 0"),
        ("date,state,candidate,mail,election_day\n2018-11-06,GA,Ada,,\n", "every cell of mail, election_day is"),
        ("date,state,candidate,mode,votes\n2018-11-06,GA,Ada,mail,\n", "every vote cell is empty"),
        ("date,state,candidate,mail,election_day\n2018-11-06,GA,Ada,4,\n", "election_day is empty in every line"),
        ("date,candidate,mail\n2018-11-06,Ada,4\n", "does not say its state"),
        ("candidate,mail\nAda,4\n", "does not say its date and state"),
        ("date,state,candidate,mail\n2018-11-06,GA,Ada,4\n2018-11-06,NC,Bo,4\n", "holds 2 states (GA, NC)"),
        ("date,state,candidate,mail\n2018-11-06,GA,Ada,4\n2016-11-08,GA,Bo,4\n", "holds 2 dates (2016-11-08, 2018-"),
        ("voter_id,last_name,precinct\n1,Kim,\n", "precinct is empty in every line"),
    ],
)
def test_what_can_be_read_and_will_not_do_is_remarked_on(tmp_path: Path, text: str, said: str) -> None:
    (report,) = check.loose([written(tmp_path / "file.csv", text)]).reports
    assert not report.refused
    assert [remark for remark in report.remarks if said in remark] == report.remarks != []


def test_what_the_contest_says_itself_is_not_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "returns.csv", "candidate,mail\nAda,4\n")
    asked = Contest(inputs=Inputs(returns=(path,)))
    result = check.run(asked)
    assert "does not say its date and state" in result.reports[0].remarks[0]
    assert "no date" in result.findings["topic"].to_list()
    result = check.run(asked.model_copy(update={"date": dt.date(2018, 11, 6), "state": "GA"}))
    assert result.reports[0].remarks == []
    assert result.findings.is_empty()


def test_a_check_of_a_contest_says_what_its_commands_still_need(tmp_path: Path) -> None:
    voters = written(tmp_path / "voters.csv", VOTERS + "1,Kim,7,\n")
    asked = Contest(date=dt.date(2018, 11, 6), state="GA", inputs=Inputs(voters=(voters,)))
    (said,) = check.run(asked).findings.filter(topic="still to name")["message"]
    assert "`turnout project` needs `returns`" in said
    assert "`turnout cohorts` needs `vote_history` or `ballots`" in said
    returns = written(tmp_path / "returns.csv", "precinct,candidate,mail\n7,Ada,4\n")
    both = Inputs(voters=(voters,), returns=(returns,))
    assert check.run(asked.model_copy(update={"inputs": both})).findings.filter(topic="still to name").is_empty()
