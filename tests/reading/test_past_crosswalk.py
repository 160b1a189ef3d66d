import datetime as dt
from pathlib import Path

import pytest

from tests.reading.inputs import WIDE, account, load, rows, topics, wide
from turnout.errors import InputRefused, UsageError
from turnout.workspace import Workspace

PAST = WIDE + "CA,2016-11-08,House 34,,,LA,0012,Ahn,,1,2,,,\nCA,2016-11-08,House 34,,,LA,13,Ahn,,1,2,,,\n"


def read(workspace: Workspace, tmp_path: Path, crosswalk: str | Path) -> list[tuple[object, ...]]:
    load(workspace, tmp_path, returns=wide("LA,1,Ahn,1,,,,"), history=PAST, past_crosswalk=crosswalk)
    return rows(
        workspace, "SELECT precinct_key, from_date, to_date, to_key, weight FROM unit_crosswalk ORDER BY line"
    )


def test_lines_are_read_with_their_dates_and_weights(workspace: Workspace, tmp_path: Path) -> None:
    lines = "LA,12,2016-11-08,12A,0.6\nLA,12,2016-11-08,12B,.4\nLA,13,,14,\n"
    assert read(workspace, tmp_path, f"County,Precinct,From_date,to_precinct,weight\n{lines}") == [
        ("12", dt.date(2016, 11, 8), None, "12A", 0.6),
        ("12", dt.date(2016, 11, 8), None, "12B", 0.4),
        ("13", None, None, "14", 1.0),
    ]
    assert account(workspace)[-1] == (3, 3, 0, 0)
    assert "past crosswalk" not in topics(workspace)


def test_a_split_without_weights_is_shared_out_equally(workspace: Workspace, tmp_path: Path) -> None:
    found = read(workspace, tmp_path, "county,precinct,to_precinct\nLA,12,A\nLA,12,B\nLA,12,C\n")
    assert [row[4] for row in found] == pytest.approx([1 / 3] * 3)


def test_a_line_without_a_new_precinct_says_that_the_old_one_is_gone(workspace: Workspace, tmp_path: Path) -> None:
    assert read(workspace, tmp_path, "county,precinct,to_precinct\nLA,12,\n") == [("12", None, None, "", 1.0)]


def test_a_line_given_twice_counts_once(workspace: Workspace, tmp_path: Path) -> None:
    assert len(read(workspace, tmp_path, "county,precinct,to_precinct\nLA,12,A\nLA,12,A\n")) == 1


def test_lines_of_no_past_precinct_are_counted_and_the_first_is_named(workspace: Workspace, tmp_path: Path) -> None:
    text = "county,precinct,to_precinct,from_date\nLA,12,A,\nLA,99,B,\nKERN,12,C,\nLA,13,D,2014-11-04\n"
    read(workspace, tmp_path, text)
    assert (
        "3 of 4 lines speak of no precinct in the past results, the first of them line 3"
        in topics(workspace)["past crosswalk"]
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("county,precinct\nLA,12\n", "line 1: column to_precinct is missing"),
        ("county,precinct,to_precinct\nLA,12,A\nLA,,B\n", "line 3, column precinct: names no past precinct"),
        ("county,precinct,to_precinct,weight\nLA,12,A,60%\n", "line 2, column weight: '60%' is no share above 0"),
        ("county,precinct,to_precinct,weight\nLA,12,A,0\n", "line 2, column weight: '0' is no share"),
        ("county,precinct,to_precinct,weight\nLA,12,A,nan\n", "line 2, column weight: 'nan' is no share"),
        ("county,precinct,to_precinct,weight\nLA,12,A,0.7\nLA,12,B,0.7\n", "adds up to more than 1"),
        (
            "county,precinct,to_precinct,weight\nLA,12,A,0.7\nLA,12,B,\n",
            "line 3, column weight: is empty where other",
        ),
        ("county,precinct,to_precinct,weight\nLA,12,A,0.3\nLA,12,A,0.4\n", "stands twice for one past precinct"),
        ("county,precinct,to_precinct,from_date\nLA,12,A,11/08/2016\n", "column from_date: '11/08/2016' is no date"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_line_and_value(
    workspace: Workspace, tmp_path: Path, lines: str, message: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        read(workspace, tmp_path, lines)
    assert message in str(refused.value)
    assert rows(workspace, "SELECT count(*) FROM results") == [(0,)]


def test_a_crosswalk_that_is_not_there_is_a_wrong_path(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read(workspace, tmp_path, tmp_path / "missing.csv")
