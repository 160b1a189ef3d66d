"""Whole-county and whole-district figures beside their precincts: no vote counts twice, none is lost."""

import pytest

from turnout import reading
from turnout.contest import Contest, Inputs

HEADER = "county,precinct,candidate,mail,election_day\n"
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


def test_two_releases_of_one_count_are_warned_of(workspace, tmp_path) -> None:
    votes, findings = counted(workspace, tmp_path, PRECINCTS + PRECINCTS.replace(",60,", ",66,"))
    assert votes == 300 + 66
    assert any("more than one line and are added up" in message for message in findings)
