"""Traps measured on real files with DuckDB 2.0 and its forerunners, each held by what is read instead."""

import datetime as dt
from pathlib import Path

import pytest

from tests.reading.inputs import VOTERS, account, load, rows, topics
from turnout.errors import InputRefused
from turnout.workspace import Workspace


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "utf-8"])
def test_voters_with_accents_are_neither_refused_nor_dropped(
    workspace: Workspace, tmp_path: Path, codec: str
) -> None:
    names = ["NUÑEZ", "PEÑA", "GARCÍA"]
    content = VOTERS + "".join(f"{n},{names[n % 3] if n % 2 else 'SMITH'},1,,,\n" for n in range(1000))
    load(workspace, tmp_path, voters=content.encode(codec))
    assert rows(workspace, "SELECT count(*), count(last_name) FROM voters") == [(1000, 1000)]
    assert rows(workspace, "SELECT count(*) FROM voters WHERE last_name IN ('NUÑEZ', 'PEÑA', 'GARCÍA')") == [(500,)]


def test_an_apostrophe_from_a_word_processor_is_read(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS.encode() + b"1,O\x92BRIEN,1,CA\xd1ON,,\n")
    assert rows(workspace, "SELECT last_name, county FROM voters") == [("O’BRIEN", "CAÑON")]


def test_a_column_that_looks_day_first_is_read_month_first(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + "1,A,1,,,01/02/2017\n2,B,1,,,03/04/2017\n")
    assert rows(workspace, "SELECT registration_date FROM voters ORDER BY voter_id") == [
        (dt.date(2017, 1, 2),),
        (dt.date(2017, 3, 4),),
    ]


def test_no_type_is_learned_from_the_first_lines(workspace: Workspace, tmp_path: Path) -> None:
    body = "".join(f"{n},A,{n % 900 + 100},9{n % 10_000:04}\n" for n in range(60_000))
    load(workspace, tmp_path, voters=f"voter_id,last_name,precinct,zip\n{body}007,B,0012A,02134\n")
    assert rows(workspace, "SELECT voter_id, precinct, zip FROM voters WHERE last_name = 'B'") == [
        ("007", "0012A", "02134")
    ]
    assert account(workspace) == [(60_001, 60_001, 0, 0)]


@pytest.mark.parametrize("tabs", ["\t", "\t\t"])
def test_tabs_at_the_end_of_lines_are_no_columns(workspace: Workspace, tmp_path: Path, tabs: str) -> None:
    load(workspace, tmp_path, voters=f"voter_id\tlast_name\tprecinct\t\n1\tA\t7{tabs}\n2\tB\t8\t\n")
    assert rows(workspace, "SELECT voter_id, precinct FROM voters ORDER BY 1") == [("1", "7"), ("2", "8")]


def test_a_column_given_twice_is_not_renamed_in_silence(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="columns 'last_name' and 'LAST_NAME' both hold last_name"):
        load(workspace, tmp_path, voters="voter_id,last_name,LAST_NAME,precinct\n1,A,B,1\n")


def test_columns_may_come_in_another_order(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters="precinct,last_name,voter_id\n7,A,1\n")
    assert rows(workspace, "SELECT voter_id, last_name, precinct FROM voters") == [("1", "A", "7")]


@pytest.mark.parametrize("name", ["NULL", "NAN", "NA", "TRUE", "None", "#N/A"])
def test_surnames_that_programs_take_for_nothing_are_names(workspace: Workspace, tmp_path: Path, name: str) -> None:
    load(workspace, tmp_path, voters=f"{VOTERS}1,{name},1,,,\n")
    assert rows(workspace, "SELECT last_name FROM voters") == [(name,)]


def test_a_mark_glued_to_the_first_name_is_taken_off(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters="\ufeffVoter_ID,last_name,precinct\n1,A,7\n")
    assert rows(workspace, "SELECT voter_id FROM voters") == [("1",)]


def test_repeated_headers_and_voters_are_told_apart(workspace: Workspace, tmp_path: Path) -> None:
    content = "voter_id,status\n1,accepted\nvoter_id,status\n1,accepted\n"
    load(workspace, tmp_path, ballots=content)
    assert rows(workspace, "SELECT voter_id, status FROM ballots") == [("1", "accepted")]
    assert "repeated header lines: 1" in topics(workspace)["lines ignored"]


def test_a_mode_copied_from_the_total_is_found(workspace: Workspace, tmp_path: Path) -> None:
    body = "".join(f"{n},{who},{10 + n},{10 + n},{10 + n}\n" for n in range(20) for who in ("Ada", "Bob"))
    load(workspace, tmp_path, returns=f"precinct,candidate,mail,election_day,votes\n{body}")
    assert "election_day, mail are the total of all modes (80 lines)" in topics(workspace)["totals as modes"]
