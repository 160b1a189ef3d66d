import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from tests.reading.inputs import DATE, WIDE, account, load, rows, topics, wide
from turnout import reading
from turnout.contest import Candidate, Contest, Inputs
from turnout.errors import InputRefused
from turnout.workspace import Workspace


def test_wide_empty_is_not_reported_and_zero_is_none(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, returns=wide("LA,1,Ahn,10,0,,,10"))
    assert rows(workspace, "SELECT mode, votes FROM results") == [
        ("mail", 10),
        ("early_in_person", 0),
        ("election_day", None),
        ("provisional", None),
    ]
    assert rows(workspace, "SELECT DISTINCT state, election_date, contest, is_past FROM results") == [
        ("CA", DATE, "House 34", False)
    ]
    assert account(workspace) == [(1, 1, 0, 0)]


def test_long_results_and_their_mode_names(workspace: Workspace, tmp_path: Path) -> None:
    lines = ['LA,1,Ahn,Absentee,"1,234"', "LA,1,Ahn,EARLY_VOTING,12.0", "LA,1,Ahn,Polls,"]
    returns = "county,precinct,candidate,mode,votes\n" + "\n".join(lines)
    load(workspace, tmp_path, Contest(name="House 34", date=DATE, state="CA"), returns=returns)
    assert rows(workspace, "SELECT contest, state, election_date, mode, votes FROM results") == [
        ("House 34", "CA", DATE, "mail", 1234),
        ("House 34", "CA", DATE, "early_in_person", 12),
        ("House 34", "CA", DATE, "election_day", None),
    ]


def test_no_county_and_precinct_is_the_whole_district(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, returns="candidate,mail\nAhn,10\nGomez,12\n")
    assert rows(workspace, "SELECT contest, county, precinct, votes FROM results") == [
        ("contest", "", "", 10),
        ("contest", "", "", 12),
    ]


@pytest.mark.parametrize("votes", ["-1", "12.5", "1e3", "twelve", "99999999999999999999", "5000000000", "1,23"])
def test_votes_that_are_no_count_reject_the_line(workspace: Workspace, tmp_path: Path, votes: str) -> None:
    load(workspace, tmp_path, returns=f'candidate,mail\nAhn,"{votes}"\nGomez,12\n')
    assert account(workspace) == [(2, 1, 1, 0)]
    assert rows(workspace, "SELECT line, column_name FROM rejects") == [(2, "mail")]


def test_parquet_columns_keep_their_types_or_are_cast(workspace: Workspace, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "date": [DATE, DATE, DATE],
            "precinct": [7, 8, 9],
            "candidate": ["Ahn", "Ahn", "Ahn"],
            "mail": [12.0, None, 12.5],
            "election_day": [3, None, 4],
        }
    )
    frame.write_parquet(tmp_path / "returns.parquet")
    load(workspace, tmp_path, returns=tmp_path / "returns.parquet")
    assert rows(workspace, "SELECT precinct, mode, votes FROM results ORDER BY ALL") == [
        ("7", "election_day", 3),
        ("7", "mail", 12),
        ("8", "election_day", None),
        ("8", "mail", None),
        ("9", "election_day", 4),
        ("9", "mail", None),
    ]
    assert "column mail: not a whole number (1, first at line 4)" in topics(workspace)["returns not whole"]


def test_a_damaged_parquet_file_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "returns.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(InputRefused, match="not a readable Parquet file"):
        load(workspace, tmp_path, returns=tmp_path / "returns.parquet")


def test_totals_without_modes_are_refused_with_the_remedy(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="give votes by mode, in a column a mode"):
        load(workspace, tmp_path, returns="county,precinct,candidate,votes\nLA,1,Ahn,10\n")


def test_two_columns_of_one_mode_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="'mail' and 'absentee' both hold mail"):
        load(workspace, tmp_path, returns="candidate,mail,absentee\nAhn,1,2\n")


def test_returns_of_another_date_are_refused_saying_what_they_hold(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"holds results of 2017-06-06 \(House 34\), none of 2018-11-06"):
        load(workspace, tmp_path, Contest(date=dt.date(2018, 11, 6)), returns=wide("LA,1,Ahn,1,,,,"))


def test_returns_of_another_contest_are_refused_saying_what_they_hold(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="holds no contest 'Mayor'; it holds House 34"):
        load(workspace, tmp_path, Contest(name="Mayor"), returns=wide("LA,1,Ahn,1,,,,"))


def test_returns_with_none_of_the_candidates_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    contest = Contest(candidates=(Candidate(name="Smith"),))
    with pytest.raises(InputRefused, match=r"candidates \(Smith\) is there; it holds Ahn"):
        load(workspace, tmp_path, contest, returns=wide("LA,1,Ahn,1,,,,"))


def test_aliases_become_the_contests_own_spelling(workspace: Workspace, tmp_path: Path) -> None:
    contest = Contest(candidates=(Candidate(name="Robert Lee Ahn", party="DEM", aliases=("AHN, ROBERT",)),))
    load(workspace, tmp_path, contest, returns="candidate,mail\nAhn  Robert,1\nRobert lee ahn,2\nWrite-in,3\n")
    assert rows(workspace, "SELECT candidate, party, votes FROM results") == [
        ("Robert Lee Ahn", "DEM", 1),
        ("Robert Lee Ahn", "DEM", 2),
        ("Write-in", "", 3),
    ]


def test_other_dates_and_contests_are_ignored_and_counted(workspace: Workspace, tmp_path: Path) -> None:
    returns = wide("LA,1,Ahn,1,,,,", "LA,2,Ahn,2,,,,") + (
        "CA,2016-11-08,House 34,,,LA,1,Ahn,,1,,,,\nCA,06/06/2017,Mayor,,,LA,1,Lee,,1,,,,\n"
    )
    load(workspace, tmp_path, Contest(name="HOUSE 34", date=DATE), returns=returns)
    assert account(workspace) == [(4, 2, 0, 2)]
    assert "elections of another date: 1; other contests: 1" in topics(workspace)["lines ignored"]


def test_several_dates_need_one_to_be_named(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="holds 2 election dates"):
        load(workspace, tmp_path, returns="date,candidate,mail\n2017-06-06,Ahn,1\n2016-06-06,Ahn,1\n")


def test_copies_totals_and_lines_of_no_candidate_are_ignored(workspace: Workspace, tmp_path: Path) -> None:
    returns = wide(
        "LA,1,Ahn,1,2,3,0,6",
        "LA,1,Ahn,1,2,3,0,6",
        "LA,1,Ahn,5,0,0,0,5",
        "LA,2,Ahn,1,1,1,0,3",
        "LA,County Total,Ahn,7,3,4,0,14",
        "LA,1,OVER VOTES,1,0,0,0,1",
        "LA,1,Registered Voters,0,0,0,0,900",
        "Kern,TOTAL,Ahn,4,0,0,0,4",
    )
    load(workspace, tmp_path, returns=returns)
    assert account(workspace) == [(8, 4, 0, 4)]
    assert rows(workspace, "SELECT county, sum(votes) FROM results GROUP BY 1 ORDER BY 1") == [
        ("Kern", 4),
        ("LA", 14),
    ]
    assert rows(workspace, "SELECT note FROM reconciliation") == [
        (
            "lines of no candidate (over and under votes, ballots cast, totals): 2;"
            " lines that repeat another: 1; totals of other lines: 1",
        )
    ]


def test_pseudo_precincts_are_no_real_units(workspace: Workspace, tmp_path: Path) -> None:
    names = [
        "ABSENTEE",
        "Early Voting 1",
        "ONE STOP #2",
        "Provisional",
        "VOTE CENTER 7",
        "Vote Centre 2",
        "Election Day",
        "OSCA 1-40",
        "0012A",
        "Osage",
    ]
    load(workspace, tmp_path, returns=wide(*(f"LA,{name},Ahn,1,1,1,0,3" for name in names)))
    assert {name for (name,) in rows(workspace, "SELECT DISTINCT precinct FROM results WHERE is_real_unit")} == {
        "0012A",
        "Osage",
    }


def test_modes_that_do_not_add_up_are_found(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, returns=wide("LA,1,Ahn,5,5,5,0,5", "LA,2,Ahn,5,0,0,0,5", "LA,3,Ahn,,,,,10"))
    assert (
        "in 1 lines the modes do not add up to 'votes' (25.0% of the votes)" in topics(workspace)["modes and totals"]
    )
    assert "1 lines give a total and no mode (50.0%" in topics(workspace)["totals without modes"]


def test_only_the_latest_release_of_a_unit_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    load(
        workspace,
        tmp_path,
        returns="precinct,candidate,mode,votes,release\n1,Ahn,mail,5,1\n2,Ahn,mail,6,1\n1,Ahn,mail,8,2\n",
    )
    assert rows(workspace, "SELECT precinct, votes FROM results ORDER BY 1") == [("1", 8), ("2", 6)]
    assert account(workspace) == [(3, 2, 0, 1)]


def test_offices_without_district_are_told_apart_by_county_where_candidates_differ(
    workspace: Workspace, tmp_path: Path
) -> None:
    lines = ["LA,1,Sheriff,,Lee,1", "LA,1,Sheriff,,Poe,1", "Kern,1,Sheriff,,Roe,1", "Kern,1,Sheriff,,Doe,1"]
    lines += ["LA,1,Governor,,Fox,1", "Kern,1,Governor,,Fox,1"]
    load(workspace, tmp_path, returns="county,precinct,office,district,candidate,mail\n" + "\n".join(lines))
    assert rows(workspace, "SELECT DISTINCT contest FROM results ORDER BY 1") == [
        ("Governor",),
        ("Sheriff Kern",),
        ("Sheriff LA",),
    ]


def test_history_is_earlier_elections_of_the_same_state_from_every_file(workspace: Workspace, tmp_path: Path) -> None:
    history = tmp_path / "history"
    history.mkdir()
    line = "{},{},House 34,,,LA,1,Ahn,,1,2,,,\n"
    (history / "a [1].csv").write_text(WIDE + line.format("CA", "2016-11-08") + line.format("NV", "2016-11-08"))
    (history / "b.csv").write_text(WIDE + line.format("CA", "2014-11-04") + line.format("CA", "2017-06-06"))
    (history / "notes.txt").write_text("not data")
    load(workspace, tmp_path, returns=wide("LA,1,Ahn,1,,,,"), history=history)
    assert rows(workspace, "SELECT election_date, sum(votes) FROM results WHERE is_past GROUP BY 1 ORDER BY 1") == [
        (dt.date(2014, 11, 4), 3),
        (dt.date(2016, 11, 8), 3),
    ]
    assert account(workspace)[1:] == [(2, 1, 0, 1), (2, 1, 0, 1)]


@pytest.mark.realdata
def test_real_georgia_reconciles(workspace: Workspace, tmp_path: Path, shared_data: Path) -> None:
    georgia = shared_data / "history" / "ga.parquet"
    load(workspace, tmp_path, Contest(date=dt.date(2018, 11, 6)), returns=georgia, history=georgia)
    assert account(workspace) == [(837_111, 130_510, 0, 706_601), (837_111, 695_946, 0, 141_165)]
    assert rows(workspace, "SELECT max(election_date) < DATE '2018-11-06' FROM results WHERE is_past") == [(True,)]
    assert rows(workspace, "SELECT sum(votes) FROM results WHERE NOT is_past") == [(88_093_106,)]


def test_a_figure_that_cannot_be_read_sets_its_unit_and_mode_aside_and_nothing_else(
    workspace: Workspace, tmp_path: Path
) -> None:
    lines = ["LA,1,Ahn,1O,2,3,0,15", "LA,1,Gomez,12,4,5,1,22", "LA,2,Ahn,6,7,8,0,21", "LA,2,Gomez,6,7,8,0,2l"]
    load(workspace, tmp_path, returns=wide(*lines))
    assert account(workspace) == [(4, 4, 0, 0)]
    assert rows(
        workspace,
        "SELECT precinct, mode, sum(votes) FROM results WHERE mode <> 'provisional' GROUP BY ALL ORDER BY ALL",
    ) == [
        ("1", "early_in_person", 6),
        ("1", "election_day", 8),
        ("1", "mail", None),
        ("2", "early_in_person", 14),
        ("2", "election_day", 16),
        ("2", "mail", 12),
    ]
    said = topics(workspace)["returns not whole"]
    assert "returns.csv: 2 figures cannot be read: column mail: not a whole number (1, first at line 2)" in said
    assert "1 unit of a contest counts as not reported in that mode, for every candidate" in said


def test_a_rejected_line_of_long_results_sets_its_unit_and_mode_aside(workspace: Workspace, tmp_path: Path) -> None:
    lines = ["1,Ahn,mail,x", "1,Gomez,mail,5", "1,Ahn,polls,6", "1,Gomez,polls,7", "2,Ahn,mail,8"]
    load(workspace, tmp_path, returns="precinct,candidate,mode,votes\n" + "\n".join(lines))
    assert account(workspace) == [(5, 4, 1, 0)]
    assert rows(workspace, "SELECT precinct, mode, candidate, votes FROM results ORDER BY ALL") == [
        ("1", "election_day", "Ahn", 6),
        ("1", "election_day", "Gomez", 7),
        ("1", "mail", "Gomez", None),
        ("2", "mail", "Ahn", 8),
    ]


def test_past_units_with_a_figure_that_cannot_be_read_are_left_out(workspace: Workspace, tmp_path: Path) -> None:
    past = "state,date,contest,county,precinct,candidate,mail,election_day\n" + "".join(
        f"CA,2016-11-08,House 34,LA,{unit},{name},{mail},5\n"
        for unit, name, mail in (("1", "Ahn", "1"), ("1", "Roe", "?"), ("2", "Ahn", "3"), ("2", "Roe", "4"))
    )
    load(workspace, tmp_path, returns=wide("LA,1,Ahn,1,2,3,0,6"), history=past)
    assert account(workspace)[1] == (4, 2, 1, 1)
    assert rows(workspace, "SELECT DISTINCT precinct FROM results WHERE is_past") == [("2",)]


def test_places_that_differ_by_case_and_spaces_are_one(workspace: Workspace, tmp_path: Path) -> None:
    lines = ["Los Angeles,Ward 1,Ahn,1,,,,", "LOS ANGELES ,WARD  1,Gomez,2,,,,", "los angeles,2,Ahn,3,,,,"]
    load(workspace, tmp_path, returns=wide(*lines))
    assert rows(workspace, "SELECT DISTINCT county, precinct FROM results ORDER BY 2") == [
        ("Los Angeles", "2"),
        ("Los Angeles", "Ward 1"),
    ]
    assert "'LOS ANGELES' is 'Los Angeles'" in topics(workspace)["places respelled"]


def test_a_later_file_is_read_with_the_spelling_of_the_first(workspace: Workspace, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("mail.csv", "polls.csv")]
    paths[0].write_text("county,precinct,candidate,mail\nDe Kalb,1,Ahn,4\n")
    paths[1].write_text("county,precinct,candidate,election_day\nDEKALB,1,Ahn,5\n")
    reading.load(workspace, Contest(inputs=Inputs(returns=tuple(paths))))
    assert rows(workspace, "SELECT DISTINCT county FROM results") == [("De Kalb",)]


@pytest.mark.parametrize(
    "other", ["Do\u00f1a Ana", "Don\u0303a Ana", "DO\u00d1A\u200b ANA", "\ufeffdo\u00f1a\u00a0ana"]
)
def test_ways_to_write_one_name_are_one_county(workspace: Workspace, tmp_path: Path, other: str) -> None:
    load(workspace, tmp_path, returns=wide("Do\u00f1a Ana,1,Ahn,1,,,,", f"{other},2,Ahn,2,,,,"))
    assert rows(workspace, "SELECT DISTINCT county FROM results") == [("Do\u00f1a Ana",)]


def test_letters_that_look_like_others_are_warned_of(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, returns=wide("LA,1,Ahn,1,,,,", "LA,1,\u0410hn,2,,,,"))
    assert "('\\u0410hn')" in topics(workspace)["look-alikes"]


TWO_STATES = (
    "state,date,precinct,candidate,mail\nGA,2018-11-06,1,Ada,5\nNC,2018-11-06,1,Cy,6\nga,2018-11-06,1,Bob,7\n"
)


@pytest.mark.parametrize("kind", ["returns", "history"])
def test_results_of_two_states_are_those_of_the_contests_own(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputRefused, match=r"GA in 2 lines, NC in 1 line\. A contest is of one state\. Say which"):
        load(workspace, tmp_path, **{kind: TWO_STATES})
    load(workspace, tmp_path, Contest(state="GA"), **{kind: TWO_STATES})
    assert rows(workspace, "SELECT state, candidate FROM results ORDER BY 2") == [("GA", "Ada"), ("GA", "Bob")]
    assert account(workspace) == [(3, 2, 0, 1)]
    assert "another state: 1" in topics(workspace)["lines ignored"]


def test_files_of_two_states_are_refused_too(workspace: Workspace, tmp_path: Path) -> None:
    paths = [tmp_path / "ga.csv", tmp_path / "nc.csv"]
    for path in paths:
        path.write_text(f"state,precinct,candidate,mail\n{path.stem},1,Ada,5\n")
    contest = Contest(inputs=Inputs(returns=tuple(paths)))
    with pytest.raises(InputRefused, match=r"nc\.csv: holds results of NC, while those before it are of GA"):
        reading.load(workspace, contest)


def test_a_line_that_names_no_contest_where_others_do_is_rejected(workspace: Workspace, tmp_path: Path) -> None:
    returns = "contest,precinct,candidate,mail\nMayor,1,Ahn,10\nMayor,1,Gomez,12\n,2,Ahn,7\n"
    load(workspace, tmp_path, Contest(), returns=returns)
    assert account(workspace) == [(3, 2, 1, 0)]
    assert rows(workspace, "SELECT DISTINCT contest FROM results") == [("Mayor",)]
    assert rows(workspace, "SELECT line, column_name FROM rejects") == [(4, "contest")]


def test_a_contest_in_another_case_is_the_same_contest(workspace: Workspace, tmp_path: Path) -> None:
    returns = "contest,precinct,candidate,mail\nCity Mayor,1,Ahn,10\nCITY  MAYOR ,2,Ahn,7\nSheriff,1,Roe,9\n"
    load(workspace, tmp_path, Contest(), returns=returns)
    found = rows(workspace, "SELECT contest, sum(votes) FROM results GROUP BY ALL ORDER BY ALL")
    assert found == [("City Mayor", 17), ("Sheriff", 9)]
    assert "contests respelled" in topics(workspace)
