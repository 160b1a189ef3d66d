import datetime as dt
import re
import zipfile
from pathlib import Path

import pytest

from turnout.contest import Contest
from turnout.errors import InputRefused, UsageError
from turnout.reading.found import Told
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
    target, seen = init.run(unknown, tmp_path / "contest")
    found = seen.found
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
    _, seen = init.run(unknown, tmp_path / "contest")
    drafts = [file.drafted for file in seen.found]
    assert drafts[0] is not None
    assert drafts[2] is not None
    made = drafts[0].made
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
    assert drafts[2].codes == {"mode": {"mail": ["Drop Box"]}, "status": {"accepted": ["Good"], "sent": ["Issued"]}}


def test_codes_that_are_no_plain_words_are_left_to_the_user(tmp_path: Path, unknown: list[Path]) -> None:
    unknown[2].write_text(BALLOTS + "100003,05/21/2017,VC,CHL-7\n")
    target, seen = init.run([unknown[2]], tmp_path / "contest")
    assert seen.found[0].drafted is not None
    assert seen.found[0].drafted.unknown == {"status": ["CHL-7"], "mode": ["VC"]}
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
    target, seen = init.run([path], tmp_path / "contest")
    assert (seen.found[0].key, seen.found[0].layout) == ("ballots", "nc-absentee")
    assert not (target.parent / "layouts").exists()
    assert Contest.load(target).state == "NC"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shoe,hat\n1,2\n", "do the columns' names and contents say enough"),
        ("1001234567,GOMEZ,ANA,01/31/1970\n1001234568,KIM,SOO,01/31/1971\n", "has no header line, and no layout"),
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
    target, _ = init.run([path], tmp_path / "contest")
    assert Contest.load(target).inputs.history
    assert not Contest.load(target).inputs.returns
    target, _ = init.run([path], tmp_path / "both", told=Told(date=dates[1]))
    contest = Contest.load(target)
    assert contest.inputs.history == contest.inputs.returns
    assert contest.kind == "general"


def test_results_of_earlier_days_are_history(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("20181106__xx__general.csv", "20161108__xx__general.csv")]
    for path, day in zip(paths, ("2018-11-06", "2016-11-08"), strict=True):
        path.write_text(f"state,date,contest,candidate,mail,election_day\nGA,{day},Mayor,Ada,10,5\n")
    target, _ = init.run(paths, tmp_path / "contest")
    contest = Contest.load(target)
    assert [path.name for path in contest.inputs.returns] == [paths[0].name]
    assert [path.name for path in contest.inputs.history] == [paths[1].name]
    assert (contest.date, contest.state, contest.kind) == (dt.date(2018, 11, 6), "GA", "general")


def test_what_is_said_goes_before_what_the_files_tell(tmp_path: Path, unknown: list[Path]) -> None:
    told = Told(date=dt.date(2017, 6, 6), state="ca", kind="runoff")
    target, _ = init.run(unknown, tmp_path / "contest", told=told)
    contest = Contest.load(target)
    assert (contest.date, contest.state, contest.kind) == (dt.date(2017, 6, 6), "CA", "runoff")


def test_an_unknown_file_in_a_zip_is_mapped_like_any_other(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "extract.zip", "w") as archive:
        archive.writestr("list/v.txt", VOTERS)
    target, _ = init.run([tmp_path / "extract.zip"], tmp_path / "contest")
    assert check.run(Contest.load(target)).reconciliation["loaded"].sum() == 2


def test_a_parquet_file_of_unknown_columns_is_mapped_too(tmp_path: Path) -> None:
    import polars as pl

    pl.read_csv(VOTERS.encode(), separator="\t").write_parquet(tmp_path / "v.parquet")
    target, _ = init.run([tmp_path / "v.parquet"], tmp_path / "contest")
    assert check.run(Contest.load(target)).reconciliation["loaded"].sum() == 2


def test_one_bad_file_does_not_keep_the_others_out(tmp_path: Path, unknown: list[Path]) -> None:
    bad = tmp_path / "stock.csv"
    bad.write_text("id,name,status\n1,apples,in stock\n2,pears,gone\n")
    target, seen = init.run([bad, *unknown], tmp_path / "contest")
    assert [refused.name for refused in seen.refused] == ["stock.csv"]
    assert "none is plainly a ballot's status" in seen.refused[0].why
    assert not (target.parent / "layouts" / "stock.toml").exists()
    assert not check.run(Contest.load(target)).refused


def test_files_of_one_header_share_a_layout_and_its_codes(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    for name, code in {"b.csv": "Good", "one/b.csv": "Void"}.items():
        (tmp_path / name).write_text(f"VoterID,Ballot Status,Rcvd Date\n{len(name)},{code},05/20/2017\n")
    target, _ = init.run([tmp_path / "b.csv", tmp_path / "one" / "b.csv"], tmp_path / "contest")
    assert [path.name for path in (target.parent / "layouts").iterdir()] == ["b.toml"]
    assert not check.run(Contest.load(target)).refused


def test_votes_of_an_unsaid_mode_are_left_to_the_user(tmp_path: Path) -> None:
    path = tmp_path / "so-far.csv"
    path.write_text("Pct,Choice,Total\n1,Ada,10\n1,Bob,12\n")
    target, seen = init.run([path], tmp_path / "contest")
    assert seen.found[0].key == "release"
    assert not Contest.load(target).inputs.release
    target, _ = init.run([path], tmp_path / "told", told=Told(counts="mail"))
    assert check.run(Contest.load(target)).reconciliation["loaded"].sum() == 2


def test_a_layout_that_is_named_is_taken_where_a_file_could_have_several(tmp_path: Path) -> None:
    path = tmp_path / "early.txt"
    path.write_text("".join(f"{100 + n}\tDEM\t05/{n:02d}/2017\n" for n in range(1, 9)))
    own = tmp_path / "contest" / "layouts"
    own.mkdir(parents=True)
    for name in ("xx-one", "xx-two"):
        (own / f"{name}.toml").write_text(
            f'name = "{name}"\ntable = "ballots"\nheader = ["id", "party", "day"]\n[columns]\n'
            'voter_id = { names = ["id"], required = true }\nevent_date = { names = ["day"] }\n'
            'status = { default = "accepted" }\nmode = { default = "mail" }\n'
        )
    with pytest.raises(InputRefused, match="name that with --layout"):
        init.run([path], tmp_path / "contest")
    target, _ = init.run([path], tmp_path / "contest", layouts=["xx-two"])
    assert Contest.load(target).inputs.read_as == {"ballots": "xx-two"}
    assert check.run(Contest.load(target)).reconciliation["loaded"].sum() == 8


def test_names_of_columns_cannot_break_the_layout(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text('Voter ID,Last Name,Precinct,"a ""b"" # \x1b[31m\x7f"\n1001,Kim,P1,x\n1002,Lee,P2,y\n')
    target, _ = init.run([path], tmp_path / "contest")
    assert check.run(Contest.load(target)).reconciliation["loaded"].sum() == 2
    assert "\x1b" not in (target.parent / "layouts" / "v.toml").read_text()


def test_a_column_that_most_lines_hold_something_else_in_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "Voter No,Surname,Pct,Date of Registration\n"
        + "".join(f"{n},KIM,7,{'1/2/2000' if n < 2_500 else 'soon'}\n" for n in range(6_000))
    )
    seen = init.look([path], tmp_path)
    (found,) = seen.found
    assert found.drafted is not None
    assert "registration_date" not in found.drafted.made.columns
    assert "Date of Registration" in found.drafted.made.unused


PEOPLE = [
    (f"10{n:05d}", "KIM" if n % 2 else "GOMEZ", f"P{n % 3}", f"01/31/{1930 + n}", f"2/3/{2000 + n}")
    for n in range(20)
]


def test_a_file_without_names_of_columns_gets_a_layout_to_complete(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_text("".join("|".join(person) + "\n" for person in PEOPLE))
    with pytest.raises(InputRefused, match=r"which column holds what in layouts/people\.toml\.sketch"):
        init.run([path], tmp_path)
    sketch = tmp_path / "layouts" / "people.toml.sketch"
    text = sketch.read_text()
    assert '"column 1",   # 9999999; all different' in text
    assert '"column 2",   # AAA or AAAAA; 2 different' in text
    assert '"column 4",   # dates like %m/%d/%Y, 1930 to 1949' in text
    assert 'voter_id = { names = ["column 1"], required = true }' in text
    assert 'birth_year = { names = ["column 4"], formats = ["%m/%d/%Y"] }' in text
    assert 'registration_date = { names = ["column 5"], formats = ["%m/%d/%Y"] }' in text
    assert not re.search("KIM|GOMEZ|1000001", text)
    for column, number in (("last_name", 2), ("precinct", 3)):
        text = text.replace(f'# {column} = {{ names = ["column ?"]', f'{column} = {{ names = ["column {number}"]')
    sketch.rename(tmp_path / "layouts" / "people.toml").write_text(text)
    target, seen = init.run([path], tmp_path)
    assert [file.layout for file in seen.found] == ["people"]
    (report,) = check.run(Contest.load(target)).reports
    assert (report.account["loaded"], report.columns["last_name"]) == (20, "column 2")


def test_a_file_of_fixed_width_gets_one_with_its_widths(tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_text("".join(f"{a:9}{b:12}{c:4}{d:12}{e:>9}\n" for a, b, c, d, e in PEOPLE))
    known = tmp_path / "returns.csv"
    known.write_text(RETURNS)
    target, seen = init.run([path, known], tmp_path)
    assert [refused.name for refused in seen.refused] == ["people.txt"]
    text = (tmp_path / "layouts" / "people.toml.sketch").read_text()
    assert '["column 1", 9],' in text
    assert '["column 2", 12],' in text
    assert "fixed = [" in text
    assert Contest.load(target).inputs.voters == ()


@pytest.mark.parametrize(
    ("text", "is_nameless"),
    [
        ("1|SMITH|12A\n2|LEE|12B\n3|KIM|14\n", True),
        ("1|SMITH|12A\n2|LEE||\n", True),
        ("shoe|hat\n1|2\n", False),
        ("name|city\nANN|LA\n", False),
        ("Vote2016|Name\n1|LEE\n", False),
    ],
)
def test_a_first_line_that_looks_like_the_others_is_one_of_data(tmp_path: Path, text: str, is_nameless: bool) -> None:
    path = tmp_path / "list.txt"
    path.write_text(text)
    with pytest.raises(InputRefused):
        init.run([path], tmp_path)
    assert (tmp_path / "layouts" / "list.toml.sketch").exists() == is_nameless
