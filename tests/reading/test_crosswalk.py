from pathlib import Path

import pytest

from tests.reading.inputs import VOTERS, load, rows, topics, wide
from turnout.errors import InputRefused
from turnout.workspace import Workspace

FILED = VOTERS + "1,A,0012-A,LOS ANGELES,,\n2,B,1-06,LOS ANGELES,,\n3,C,106,LOS ANGELES,,\n4,D,9,LOS ANGELES,,\n"


def test_precincts_spelled_nearly_alike_take_the_voter_files_spelling(workspace: Workspace, tmp_path: Path) -> None:
    returns = wide(
        "Los Angeles County,12a,Ahn,6,,,,", "Los Angeles County,1 6,Ahn,3,,,,", "Los Angeles County,77,Ahn,1,,,,"
    )
    load(workspace, tmp_path, voters=FILED, returns=returns)
    assert rows(workspace, "SELECT county, precinct FROM results WHERE mode = 'mail' ORDER BY votes DESC") == [
        ("LOS ANGELES", "0012-A"),
        ("LOS ANGELES", "1-06"),
        ("Los Angeles County", "77"),
    ]
    assert (
        "1 of 3 precincts in the returns are not in the voter file (10.0%" in topics(workspace)["unmatched precincts"]
    )
    assert "2 of 4 precincts of the voter file" in topics(workspace)["precincts without returns"]


def test_a_likeness_that_is_not_the_only_one_is_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=FILED, returns=wide("LOS ANGELES,09,Ahn,1,,,,", "LOS ANGELES,009,Ahn,1,,,,"))
    assert rows(workspace, "SELECT DISTINCT precinct FROM results ORDER BY 1") == [("009",), ("09",)]


def test_names_nearly_alike_are_one_precinct_as_between_elections(workspace: Workspace, tmp_path: Path) -> None:
    filed = VOTERS + "1,A,12,ADA,,\n2,B,HARBINS A,ADA,,\n3,C,DOGWOOD,ADA,,\n"
    names = ("PCT 0012", "001 Harbins A", "DOGWOOD-03", "DOGWOOD-13")
    load(workspace, tmp_path, voters=filed, returns=wide(*(f"ADA,{name},Ahn,1,,,," for name in names)))
    assert {name for (name,) in rows(workspace, "SELECT DISTINCT precinct FROM results")} == {
        *("12", "HARBINS A", "DOGWOOD-03", "DOGWOOD-13")
    }


def test_the_crosswalk_goes_first(workspace: Workspace, tmp_path: Path) -> None:
    crosswalk = "County, Precinct ,voter_file_precinct\nLos Angeles,East 1,9\n"
    load(workspace, tmp_path, voters=FILED, returns=wide("LOS ANGELES,EAST 1,Ahn,1,,,,"), crosswalk=crosswalk)
    assert rows(workspace, "SELECT DISTINCT precinct FROM results") == [("9",)]


def test_a_crosswalk_without_its_columns_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="column voter_file_precinct is missing"):
        load(workspace, tmp_path, voters=FILED, crosswalk="county,precinct,name\nLA,1,9\n")
