"""Whole-county and whole-district figures beside their precincts: no vote counts twice, none is lost."""

import pytest

from turnout import reading
from turnout.contest import Contest, Inputs

HEADER = "county,precinct,candidate,mail,election_day\n"
NAMES = (("Ada", 1), ("Bob", 2))
PRECINCTS = "A,1,Ada,60,\nA,1,Bob,40,\nA,2,Ada,30,\nA,2,Bob,70,\nB,3,Ada,10,\nB,3,Bob,90,\n"


def counted(workspace, tmp_path, text: str) -> tuple[int, list[str]]:
    path = tmp_path / "returns.csv"
    path.write_text(HEADER + text)
    reading.load(workspace, Contest(inputs=Inputs(returns=(path,))))
    votes = workspace.connection.execute("SELECT sum(votes) FROM results").fetchall()[0][0]
    return int(votes), workspace.table("findings")["message"].to_list()


@pytest.mark.parametrize(
    "totals",
    [
        "A,,Ada,90,\nA,,Bob,110,\n",
        ",,Ada,100,\n,,Bob,200,\n",
        "A,,Ada,90,\nA,,Bob,110,\nB,,Ada,10,\nB,,Bob,90,\n,,Ada,100,\n,,Bob,200,\n",
    ],
)
def test_figures_that_precincts_add_up_to_count_once(workspace, tmp_path, totals) -> None:
    votes, findings = counted(workspace, tmp_path, PRECINCTS + totals)
    assert votes == 300
    assert any("so that no vote counts twice" in message for message in findings)


def test_a_central_count_is_kept_with_a_warning(workspace, tmp_path) -> None:
    votes, findings = counted(workspace, tmp_path, PRECINCTS + "A,,Ada,500,\nA,,Bob,400,\n")
    assert votes == 1200
    assert any("counted as votes of no precinct" in message for message in findings)


def test_county_figures_of_another_mode_are_no_totals(workspace, tmp_path) -> None:
    early = "A,,Ada,90,\nA,,Bob,110,\nA,1,Ada,,7\nA,1,Bob,,9\n"
    assert counted(workspace, tmp_path, early) == (216, [])


def test_a_newer_count_of_the_same_votes_takes_the_place_of_the_older(workspace, tmp_path) -> None:
    votes, findings = counted(workspace, tmp_path, PRECINCTS + PRECINCTS.replace(",60,", ",66,"))
    assert votes == 300 + 6
    (said,) = [message for message in findings if "given again with other votes" in message]
    assert "(Ada, A 1, mail: 60, 66; returns.csv line 2, returns.csv line 8)" in said
    assert "Their contests are not called final" in said


def test_parts_of_one_count_add_up_and_are_not_final(workspace, tmp_path) -> None:
    votes, findings = counted(
        workspace, tmp_path, PRECINCTS + PRECINCTS.replace("Ada,60", "Ada,50").replace("70", "71")
    )
    assert votes == 300 + 50 + 71
    assert any("They are added up" in message for message in findings)
    assert not workspace.table("findings").filter(topic="returns not whole").is_empty()


def test_the_later_release_or_hour_holds_whichever_file_it_is_in(workspace, tmp_path) -> None:
    lines = "precinct,candidate,mode,votes,as_of\n"
    paths = [tmp_path / "late.csv", tmp_path / "early.csv"]
    paths[0].write_text(lines + "1,Ada,mail,50,2017-06-06 21:00:00\n1,Bob,mail,70,2017-06-06 21:00:00\n")
    paths[1].write_text(lines + "1,Ada,mail,60,2017-06-06 20:00:00\n1,Bob,mail,70,2017-06-06 20:00:00\n")
    reading.load(workspace, Contest(inputs=Inputs(returns=tuple(paths))))
    assert workspace.connection.execute("SELECT candidate, votes FROM results").fetchall() == [
        ("Ada", 50),
        ("Bob", 70),
    ]
    assert workspace.table("findings")["topic"].to_list() == ["releases"]


def test_equal_figures_in_two_files_count_once(workspace, tmp_path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text(HEADER + "A,1,Ada,60,\nA,1,Bob,40,\n")
    paths[1].write_text(HEADER + "A,1,Ada,60,9\nA,1,Bob,40,8\n")
    reading.load(workspace, Contest(inputs=Inputs(returns=tuple(paths))))
    assert workspace.connection.execute("SELECT mode, sum(votes) FROM results GROUP BY 1 ORDER BY 1").fetchall() == [
        ("election_day", 17),
        ("mail", 100),
    ]
    assert workspace.table("findings").filter(severity="warning").is_empty()


def test_a_candidate_on_two_lines_and_several_write_ins_add_up(workspace, tmp_path) -> None:
    path = tmp_path / "returns.csv"
    path.write_text(
        "precinct,candidate,party,mail\n1,Ada,DEM,60\n1,Ada,WFP,5\n1,Write-in,,2\n1,Write-in,,3\n1,Bob,REP,50\n"
    )
    reading.load(workspace, Contest(inputs=Inputs(returns=(path,))))
    assert workspace.connection.execute("SELECT sum(votes) FROM results").fetchall() == [(120,)]
    assert workspace.table("findings").is_empty()


def test_what_a_later_file_corrects_is_taken_and_makes_no_contest_final(workspace, tmp_path) -> None:
    lines = [
        f"A,{unit},{name},{60 + unit * more},{9 * unit + more}\n" for unit in range(1, 9) for name, more in NAMES
    ]
    paths = [tmp_path / "eight.csv", tmp_path / "nine.csv"]
    paths[0].write_text(HEADER + "".join(lines))
    paths[1].write_text(HEADER + "".join(lines).replace("A,8,Ada,68,73", "A,8,Ada,68,75"))
    reading.load(workspace, Contest(inputs=Inputs(returns=tuple(paths))))
    found = workspace.connection.execute("SELECT votes FROM results WHERE precinct = '8' AND candidate = 'Ada'")
    assert sorted(found.fetchall()) == [(68,), (75,)]
    said = workspace.table("findings").filter(topic="returns not whole")["message"].to_list()
    assert len(said) == 1
    assert "(Ada, A 8, election_day: 73, 75; eight.csv line 16, nine.csv line 16)" in said[0]


def test_an_empty_cell_does_not_take_back_what_another_line_has(workspace, tmp_path) -> None:
    paths = [tmp_path / "mail.csv", tmp_path / "polls.csv"]
    paths[0].write_text(HEADER + "A,1,Ada,60,\nA,1,Bob,40,\nA,2,Ada,7,\nA,2,Bob,8,\n")
    paths[1].write_text(HEADER + "A,1,Ada,,9\nA,1,Bob,,8\n")
    reading.load(workspace, Contest(inputs=Inputs(returns=tuple(paths))))
    rows = "SELECT precinct, mode, sum(votes), count(*) FROM results GROUP BY ALL ORDER BY ALL"
    assert workspace.connection.execute(rows).fetchall() == [
        ("1", "election_day", 17, 2),
        ("1", "mail", 100, 2),
        ("2", "election_day", None, 2),
        ("2", "mail", 15, 2),
    ]
    assert workspace.table("findings").is_empty()
