"""The formats results come in, each from a small file of its shape to the canonical table."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from tests.reading.inputs import account, rows, topics
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, UsageError
from turnout.running import project
from turnout.workspace import Workspace

CLARITY = """<?xml version="1.0" encoding="utf-8"?>
<ElectionResult>
  <Timestamp>11/8/2016 9:19:21 PM EST</Timestamp><ElectionDate>11/8/2016</ElectionDate><Region>Fulton</Region>
  <VoterTurnout totalVoters="20" ballotsCast="9" voterTurnout="45"><Precincts>
    <Precinct name="01A" totalVoters="10" ballotsCast="9" percentReporting="4" />
    <Precinct name="02B" totalVoters="10" ballotsCast="0" percentReporting="0" />
  </Precincts></VoterTurnout>
  <Contest key="4" text="Mayor &amp; Council" voteFor="1" isQuestion="false">
    <VoteType name="Undervotes" votes="3"><Precinct name="01A" votes="3" /></VoteType>
    <Choice key="1" text="Ada" party="DEM" totalVotes="9">
      <VoteType name="Election Day Votes" votes="5">
        <Precinct name="01A" votes="5"/><Precinct name="02B" votes="0"/></VoteType>
      <VoteType name="Advanced Voting Votes" votes="4">
        <Precinct name="01A" votes="0"/><Precinct name="02B" votes="4"/></VoteType>
    </Choice>
    <Choice key="2" text="Bob" party="REP" totalVotes="1">
      <VoteType name="Election Day Votes" votes="0">
        <Precinct name="01A" votes="0"/><Precinct name="02B" votes="0"/></VoteType>
      <VoteType name="Advanced Voting Votes" votes="1">
        <Precinct name="01A" votes="1"/><Precinct name="02B" votes="0"/></VoteType>
    </Choice>
  </Contest>
</ElectionResult>
"""
NC_HEADER = (
    "County\tElection Date\tPrecinct\tContest Group ID\tContest Type\tContest Name\tChoice\tChoice Party\tVote For\t"
    "Election Day\t{early}\tAbsentee by Mail\tProvisional\tTotal Votes\tReal Precinct\t\r\n"
)
NC_LINES = (
    "WAKE\t11/06/2018\t01-01\t1\tS\tUS HOUSE 4\tAda\tDEM\t1\t50\t0\t7\t1\t58\tY\t\r\n"
    "WAKE\t11/06/2018\tOS WAKE 3\t1\tS\tUS HOUSE 4\tAda\tDEM\t1\t0\t90\t0\t0\t90\tN\t\r\n"
)


def load(workspace: Workspace, directory: Path, name: str, content: str | bytes, **inputs: object) -> None:
    path = directory / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    reading.load(workspace, Contest(inputs=Inputs(**({"returns": (path,)} | inputs))))


def votes(workspace: Workspace) -> list[tuple[object, ...]]:
    return rows(workspace, "SELECT county, precinct, candidate, mode, votes FROM results ORDER BY ALL")


def test_clarity_tells_not_reported_from_none(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, "detail.xml", CLARITY)
    assert votes(workspace) == [
        ("Fulton", "01A", "Ada", "early_in_person", 0),
        ("Fulton", "01A", "Ada", "election_day", 5),
        ("Fulton", "01A", "Bob", "early_in_person", 1),
        ("Fulton", "01A", "Bob", "election_day", 0),
        ("Fulton", "02B", "Ada", "early_in_person", 4),
        ("Fulton", "02B", "Ada", "election_day", None),
        ("Fulton", "02B", "Bob", "early_in_person", 0),
        ("Fulton", "02B", "Bob", "election_day", None),
    ]
    assert rows(workspace, "SELECT DISTINCT contest, election_date FROM results") == [
        ("Mayor & Council", dt.date(2016, 11, 8))
    ]
    assert account(workspace) == [(8, 8, 0, 0)]


def test_clarity_of_a_state_is_by_county(workspace: Workspace, tmp_path: Path) -> None:
    content = CLARITY.replace("<Precinct ", "<County ").replace("Precincts>", "Counties>").replace("Fulton", "GA")
    load(workspace, tmp_path, "detail.xml", content)
    assert rows(workspace, "SELECT DISTINCT county, precinct FROM results ORDER BY 1") == [("01A", ""), ("02B", "")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (CLARITY[:900], "damaged XML"),
        ("<?xml version='1.0'?><Results/>", "its root is 'Results'"),
        (
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><ElectionResult>&a;</ElectionResult>',
            "document type",
        ),
        ("<!DOCTYPE html><html></html>", "document type"),
        ("{", "damaged JSON"),
        ("[" * 100_000, "damaged JSON"),
        ('{"a": 1}', "JSON of an unknown kind"),
        ('{"Election": {"ContestGroups": [{"Contests": [{}]}]}}', "JSON of an unknown kind"),
    ],
)
def test_xml_and_json_of_other_kinds_are_refused(
    workspace: Workspace, tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(InputRefused, match=message):
        load(workspace, tmp_path, "results", content)


@pytest.mark.parametrize("early", ["One Stop", "Early Voting"])
def test_north_carolina_with_its_trailing_tab(workspace: Workspace, tmp_path: Path, early: str) -> None:
    load(workspace, tmp_path, "results_pct_20181106.txt", NC_HEADER.format(early=early) + NC_LINES)
    assert rows(
        workspace,
        "SELECT state, precinct, is_real_unit, mode, votes FROM results WHERE votes > 0 ORDER BY precinct, votes",
    ) == [
        ("NC", "01-01", True, "provisional", 1),
        ("NC", "01-01", True, "mail", 7),
        ("NC", "01-01", True, "election_day", 50),
        ("NC", "OS WAKE 3", False, "early_in_person", 90),
    ]
    assert account(workspace) == [(2, 2, 0, 0)]
    assert "modes and totals" not in topics(workspace)


def test_medsl_lines_of_totals_stand_aside(workspace: Workspace, tmp_path: Path) -> None:
    header = "precinct,office,party_detailed,party_simplified,mode,votes,candidate,county_name,district,stage,state,"
    header += "state_po,date\n"
    line = "1,US SENATE,DEMOCRAT,DEMOCRAT,{},{},ADA,WAKE,STATEWIDE,GEN,NORTH CAROLINA,NC,2018-11-06\n"
    modes = [("ELECTION DAY", 5), ("ABSENTEE BY MAIL", 2), ("ONE STOP", 3), ("PROVISIONAL", 1), ("TOTAL", 11)]
    load(workspace, tmp_path, "medsl.csv", header + "".join(line.format(*mode) for mode in modes))
    assert rows(workspace, "SELECT contest, state, party, mode, votes FROM results ORDER BY votes") == [
        ("US SENATE", "NC", "DEMOCRAT", "provisional", 1),
        ("US SENATE", "NC", "DEMOCRAT", "mail", 2),
        ("US SENATE", "NC", "DEMOCRAT", "early_in_person", 3),
        ("US SENATE", "NC", "DEMOCRAT", "election_day", 5),
    ]
    assert account(workspace) == [(5, 4, 0, 1)]


@pytest.mark.parametrize(
    ("mail", "early", "day"),
    [
        ("mail", "early_voting", "election_day"),
        ("absentee", "early", "polls"),
        ("vote_by_mail", "one_stop", "electionday"),
    ],
)
def test_openelections_names_drift_and_the_files_name_says_date_and_state(
    workspace: Workspace, tmp_path: Path, mail: str, early: str, day: str
) -> None:
    content = f"county,precinct,office,district,party,candidate,{early},{day},{mail},provisional,votes\n" + (
        "Travis,101,U.S. Senate,,DEM,Ada,30,20,10,0,60\n"
    )
    load(workspace, tmp_path, "20181106__tx__general__travis__precinct.csv", content)
    assert rows(workspace, "SELECT DISTINCT state, election_date, contest FROM results") == [
        ("TX", dt.date(2018, 11, 6), "U.S. Senate")
    ]
    assert rows(workspace, "SELECT mode, votes FROM results ORDER BY votes") == [
        ("provisional", 0),
        ("mail", 10),
        ("election_day", 20),
        ("early_in_person", 30),
    ]


def test_late_mail_is_not_lost_in_a_file_that_looks_like_openelections(workspace: Workspace, tmp_path: Path) -> None:
    header = "state,date,office,county,precinct,candidate,mail,election_day,provisional,late_mail"
    load(workspace, tmp_path, "late.csv", f"{header}\nCA,2017-06-06,Mayor,Kern,1,Ada,9,4,1,7\n")
    assert [(mode, count) for *_, mode, count in votes(workspace)] == [
        ("election_day", 4),
        ("late_mail", 7),
        ("mail", 9),
        ("provisional", 1),
    ]


def la_json(ada: int, bob: int) -> str:
    candidates = [{"Name": "Ada", "Party": "DEM", "Votes": ada}, {"Name": "Bob", "Party": "DEM", "Votes": bob}]
    contest = {"Title": "UNITED STATES REPRESENTATIVE, 34th District", "VoteFor": 1, "Candidates": candidates}
    groups = [{"Name": "U.S. Representative", "Contests": [contest]}]
    return json.dumps({"Election": {"ID": 1, "Date": "06/06/2017", "ContestGroups": groups}})


def test_what_a_release_adds_is_of_the_mode_the_user_says(workspace: Workspace, tmp_path: Path) -> None:
    releases = []
    for n, (ada, bob, counts) in enumerate(
        [(50, 49, "mail"), (80, 60, "election_day"), (90, 61, "election_day"), (99, 60, "late_mail")]
    ):
        path = tmp_path / f"release-{n}.json"
        path.write_text(la_json(ada, bob))
        releases.append({"file": path, "counts": counts})
    reading.load(workspace, Contest(inputs=Inputs.model_validate({"release": releases})))
    assert votes(workspace) == [
        ("", "", "Ada", "election_day", 40),
        ("", "", "Ada", "late_mail", 9),
        ("", "", "Ada", "mail", 50),
        ("", "", "Bob", "election_day", 12),
        ("", "", "Bob", "late_mail", 0),
        ("", "", "Bob", "mail", 49),
    ]
    assert rows(workspace, "SELECT DISTINCT state, election_date FROM results") == [("CA", dt.date(2017, 6, 6))]
    assert account(workspace) == [(2, 2, 0, 0)] * 4
    assert "1 figures fell" in topics(workspace)["corrections"]


def test_figures_that_a_release_repeats_are_of_it_too(workspace: Workspace, tmp_path: Path) -> None:
    releases = []
    for n, (bob, counts) in enumerate([(49, "mail"), (49, "election_day"), (55, "late_mail")]):
        path = tmp_path / f"release-{n}.json"
        path.write_text(la_json(50 + 10 * n, bob))
        releases.append({"file": path, "counts": counts})
    reading.load(workspace, Contest(inputs=Inputs.model_validate({"release": releases})))
    bob = [(mode, count) for _, _, name, mode, count in votes(workspace) if name == "Bob"]
    assert bob == [("election_day", 0), ("late_mail", 6), ("mail", 49)]
    assert account(workspace) == [(2, 2, 0, 0)] * 3


def test_a_history_of_releases_is_one_file(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "releases.csv"
    path.write_text("release,candidate,votes\n1,Ada,5\n1,Bob,6\n2,Ada,8\n2,Bob,6\n3,Ada,9\n3,Bob,9\n")
    named = [{"file": path, "counts": "mail", "number": 1}, {"file": path, "counts": "election_day", "number": 3}]
    named[-1]["final"] = True
    reading.load(workspace, Contest(inputs=Inputs.model_validate({"release": named})))
    assert rows(workspace, "SELECT candidate, mode, votes FROM results ORDER BY ALL") == [
        ("Ada", "election_day", 4),
        ("Ada", "mail", 5),
        ("Bob", "election_day", 3),
        ("Bob", "mail", 6),
    ]
    assert account(workspace) == [(6, 2, 0, 4)] * 2


def test_a_release_that_is_not_there_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "releases.csv"
    path.write_text("release,candidate,votes\n1,Ada,5\n")
    release = [{"file": path, "counts": "mail", "number": 7}]
    with pytest.raises(InputRefused, match=r"not one line can be used: other releases \(1\)"):
        reading.load(workspace, Contest(inputs=Inputs.model_validate({"release": release})))


def test_a_file_that_says_its_modes_is_no_release(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    path.write_text("candidate,mail\nAda,5\n")
    release = [{"file": path, "counts": "mail"}]
    with pytest.raises(InputRefused, match="says itself how its votes were cast"):
        reading.load(workspace, Contest(inputs=Inputs.model_validate({"release": release})))


def test_votes_so_far_without_a_word_on_their_mode_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"or say under \[\[inputs.release\]\]"):
        load(workspace, tmp_path, "la.json", la_json(1, 2))


def test_a_release_without_a_file_is_to_come(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "releases.csv"
    path.write_text("release,candidate,votes\n1,Ada,5\n1,Bob,6\n2,Ada,8\n2,Bob,6\n")
    named = [
        *({"file": path, "counts": counts, "number": n} for n, counts in ((1, "mail"), (2, "election_day"))),
        *({"counts": counts} for counts in ("election_day", "late_mail")),
    ]
    reading.load(workspace, Contest(inputs=Inputs.model_validate({"release": named})))
    assert rows(workspace, "SELECT candidate, mode, votes FROM results ORDER BY ALL") == [
        ("Ada", "election_day", 3),
        ("Ada", "election_day", None),
        ("Ada", "late_mail", None),
        ("Ada", "mail", 5),
        ("Bob", "election_day", 0),
        ("Bob", "election_day", None),
        ("Bob", "late_mail", None),
        ("Bob", "mail", 6),
    ]


def test_no_contest_is_final_while_a_release_is_to_come(tmp_path: Path) -> None:
    path = tmp_path / "releases.csv"
    path.write_text("release,candidate,votes\n1,Ada,500\n1,Bob,600\n2,Ada,800\n2,Bob,900\n")
    named = [{"file": path, "counts": counts, "number": n} for n, counts in ((1, "mail"), (2, "election_day"))]
    inputs = Inputs.model_validate({"release": [*named, {"counts": "late_mail"}]})
    run = project.run(Contest(inputs=inputs, output=tmp_path / "out", draws=100))
    assert set(run.projection["status"]) == {"projected"}
    assert run.projection["counted_votes"].to_list() == [900, 800]


def test_a_release_to_come_stands_last(tmp_path: Path) -> None:
    path = tmp_path / "contest.toml"
    path.write_text('[[inputs.release]]\ncounts = "late_mail"\n[[inputs.release]]\nfile = "a"\ncounts = "mail"\n')
    with pytest.raises(UsageError, match="stands after those with one"):
        Contest.load(path)


def test_a_release_counts_one_of_the_modes(tmp_path: Path) -> None:
    path = tmp_path / "contest.toml"
    path.write_text('[[inputs.release]]\nfile = "a.json"\ncounts = "everything"\n')
    with pytest.raises(UsageError, match=r"inputs.release.0.counts: Input should be 'mail'"):
        Contest.load(path)


@pytest.mark.realdata
def test_the_releases_of_los_angeles_add_up(workspace: Workspace, shared_data: Path) -> None:
    path = shared_data / "releases_la_county_2022.parquet"
    tags = [(1, "mail"), (2, "early_in_person"), (14, "election_day"), (27, "late_mail")]
    release = [{"file": path, "counts": counts, "number": number} for number, counts in tags]
    contest = "UNITED STATES REPRESENTATIVE, 34th District"
    reading.load(workspace, Contest(name=contest, inputs=Inputs.model_validate({"release": release})))
    final = pl.read_parquet(path).filter((pl.col("contest") == contest) & (pl.col("release") == 27))
    assert dict(rows(workspace, "SELECT candidate, sum(votes)::INT FROM results GROUP BY 1")) == dict(
        final.select("candidate", "votes").rows()
    )
    assert rows(workspace, "SELECT mode, count(*) FROM results GROUP BY 1 ORDER BY 1") == [
        ("early_in_person", 2),
        ("election_day", 2),
        ("late_mail", 2),
        ("mail", 2),
    ]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"counts": "election_day"}, True),
        ({"counts": "election_day", "final": True}, False),
        ({"counts": "late_mail"}, False),
    ],
)
def test_late_mail_is_expected_after_the_last_release_unless_it_is_said_to_be_final(
    workspace: Workspace, tmp_path: Path, last: dict[str, object], expected: bool
) -> None:
    path = tmp_path / "releases.csv"
    path.write_text("release,candidate,votes\n1,Ada,5\n1,Bob,6\n2,Ada,8\n2,Bob,6\n")
    named = [{"file": path, "counts": "mail", "number": 1}, {"file": path, **last}]
    reading.load(workspace, Contest(inputs=Inputs.model_validate({"release": named})))
    awaited = workspace.connection.execute("SELECT count(*) FROM results WHERE votes IS NULL").fetchall()[0][0]
    assert bool(awaited) == expected


def test_late_mail_is_expected_in_the_contests_that_the_last_release_does_not_hold(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "releases.csv"
    path.write_text(
        "release,contest,candidate,votes\n1,Mayor,Ada,5\n1,Mayor,Bob,6\n1,Clerk,Cy,4\n1,Clerk,Dee,3\n"
        "2,Mayor,Ada,8\n2,Mayor,Bob,6\n"
    )
    named = [{"file": path, "counts": counts, "number": n} for n, counts in ((1, "mail"), (2, "election_day"))]
    inputs = Inputs.model_validate({"release": [named[0], {**named[1], "final": True}]})
    reading.load(workspace, Contest(inputs=inputs))
    assert rows(workspace, "SELECT DISTINCT contest FROM results WHERE votes IS NULL") == [("Clerk",)]
    assert "of 1 of 2 contests" in topics(workspace)["late mail to come"]
