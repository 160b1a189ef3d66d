import datetime as dt
from pathlib import Path

import pytest

from turnout.contest import Contest
from turnout.errors import InputRefused, UsageError
from turnout.running import check, init, project

VOTERS = (
    "PDI Voter ID\tszNameLast\tszNameFirst\tBirthDate\tBirth Place\tParty\tRegDate\tPrecinctNumber\tZip Code\tPAV\t"
    "House Number\tCounty Name\n"
    "100001\tKIM\tSOO\t1/31/1970\tKOREA\tDEM\t1/2/2000\t0123A\t90005\tY\t12\tLA\n"
    "100002\tGOMEZ\tANA\t2/28/1980\t\tNPP\t3/4/2010\t0123B\t90004\tN\t9\tLA\n"
)
HISTORY = (
    "Registration Number,Election Date,Voting Method\n100001,11/8/2016,Vote by Mail\n100002,11/8/2016,Polling Place\n"
)
BALLOTS = (
    "VoterID,Ballot Returned Date,Return Channel,Ballot Status\n"
    "100001,05/20/2017,Drop Box,Good\n100002,,Mail,Issued\n"
)
RETURNS = (
    "County,Precinct Name,Contest Title,Candidate Name,Party,Absentee Votes,Election Day Votes\n"
    "LA,0123A,House 34,Ada,DEM,10,\nLA,0123A,House 34,Bob,DEM,12,\n"
    "LA,0123B,House 34,Ada,DEM,15,\nLA,0123B,House 34,Bob,DEM,11,\n"
)


@pytest.fixture
def unknown(tmp_path: Path) -> list[Path]:
    paths = []
    for name, text in {"v.txt": VOTERS, "h.csv": HISTORY, "b.csv": BALLOTS, "r.csv": RETURNS}.items():
        paths.append(tmp_path / name)
        paths[-1].write_text(text)
    return paths


def test_unknown_headers_get_layouts_and_the_contest_then_works(tmp_path: Path, unknown: list[Path]) -> None:
    target, found = init.run(unknown, tmp_path / "contest")
    assert [file.key for file in found] == ["voters", "vote_history", "ballots", "returns"]
    assert {path.name for path in (tmp_path / "contest" / "layouts").iterdir()} == {
        "v.toml",
        "h.toml",
        "b.toml",
        "r.toml",
    }
    contest = Contest.load(target)
    result = check.run(contest)
    assert [report.refused for report in result.reports] == ["", "", "", ""]
    assert result.reconciliation["loaded"].sum() == 10
    run = project.run(contest.model_copy(update={"draws": 100, "date": dt.date(2017, 6, 6)}))
    assert run.cohorts is not None


def test_a_mapping_says_what_speaks_for_it_and_leaves_out_what_is_something_else(
    tmp_path: Path, unknown: list[Path]
) -> None:
    _, found = init.run(unknown, tmp_path / "contest")
    made = found[0].suggestion
    assert made is not None
    assert made.columns == {
        "voter_id": "PDI Voter ID",
        "last_name": "szNameLast",
        "first_name": "szNameFirst",
        "birth_year": "BirthDate",
        "party": "Party",
        "registration_date": "RegDate",
        "county": "County Name",
        "precinct": "PrecinctNumber",
        "zip": "Zip Code",
        "place_of_birth": "Birth Place",
        "permanent_mail": "PAV",
    }
    assert made.why["zip"] == "name and content"
    assert made.formats["birth_year"] == ("%m/%d/%Y",)
    assert found[2].codes == {"mode": {"mail": ["Drop Box"]}, "status": {"accepted": ["Good"], "sent": ["Issued"]}}


def test_codes_that_are_no_plain_words_are_left_to_the_user(tmp_path: Path, unknown: list[Path]) -> None:
    unknown[2].write_text(BALLOTS + "100003,05/21/2017,VC,CHL-7\n")
    target, found = init.run([unknown[2]], tmp_path / "contest")
    assert found[0].unknown == {"status": ["CHL-7"], "mode": ["VC"]}
    assert (
        '# Say what these mean, or list them in ignore: "CHL-7"' in (target.parent / "layouts" / "b.toml").read_text()
    )
    (refused,) = check.run(Contest.load(target)).refused
    assert "unknown code 'CHL-7'" in refused.refused
    assert "in the layout b," in refused.refused


def test_ballots_without_a_status_go_by_the_day_of_return(tmp_path: Path) -> None:
    path = tmp_path / "av.csv"
    path.write_text("Voter ID,Date Returned\n1,5/20/2017\n2,\n")
    target, _ = init.run([path], tmp_path / "contest")
    result = check.run(Contest.load(target))
    codes = {code.raw: code.lines for code in result.reports[0].codes["status"]}
    assert codes == {"returned": 1, "sent": 1}


def test_known_files_need_no_layout(tmp_path: Path) -> None:
    path = tmp_path / "absentee.csv"
    path.write_text("ncid,ballot_req_type,ballot_rtn_dt,ballot_rtn_status\nA,MAIL,05/01/2017,ACCEPTED\n")
    target, found = init.run([path], tmp_path / "contest")
    assert (found[0].key, found[0].layout) == ("ballots", "nc-absentee")
    assert not (target.parent / "layouts").exists()
    assert Contest.load(target).state == "NC"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shoe,hat\n1,2\n", "do the columns' names and contents say enough"),
        ("1001234567,GOMEZ,ANA,01/31/1970\n1001234568,KIM,SOO,01/31/1971\n", "looks like a line of data"),
        ("", "empty"),
        ("County Name,Date of Birth,Application Approved Date,Ballot Returned Date\nB,x,y,z\n", "no voter ID"),
    ],
)
def test_what_cannot_be_told_is_refused_without_quoting_a_voter(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "what.csv"
    path.write_text(text)
    with pytest.raises(InputRefused, match=said) as refused:
        init.run([path], tmp_path)
    assert "GOMEZ" not in str(refused.value)
    assert not (tmp_path / "contest.toml").exists()


def test_nothing_that_is_there_is_written_over(tmp_path: Path, unknown: list[Path]) -> None:
    init.run(unknown, tmp_path)
    (tmp_path / "contest.toml").unlink()
    (tmp_path / "layouts" / "v.toml").write_text("broken")
    with pytest.raises(UsageError, match="not valid TOML"):
        init.run(unknown, tmp_path)


def test_parquet_is_told_by_its_columns_too(tmp_path: Path) -> None:
    import polars as pl

    path = tmp_path / "past.parquet"
    dates = [dt.date(2016, 11, 8), dt.date(2018, 11, 6)]
    pl.DataFrame({"candidate": ["A", "A"], "date": dates, "mail": [1, 2], "election_day": [3, 4]}).write_parquet(path)
    _, found = init.run([path], tmp_path / "contest")
    assert found[0].key == "history"
