import datetime as dt
import gzip
from pathlib import Path

import pytest

from tests.reading.inputs import DATE, VOTERS, account, load, rows, topics
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, UsageError
from turnout.workspace import Workspace

GOOD = VOTERS + "00012,GOMEZ,0012A,LA,1974,03/04/2017\n7,AHN,0013,LA,,\n"


def test_ids_and_precincts_stay_text_and_dates_are_never_day_first(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=GOOD)
    assert rows(workspace, "SELECT voter_id, precinct, birth_year, registration_date FROM voters") == [
        ("00012", "0012A", 1974, dt.date(2017, 3, 4)),
        ("7", "0013", None, None),
    ]
    assert account(workspace) == [(2, 2, 0, 0)]


def test_headers_match_whatever_their_case_and_extra_columns_are_noted(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=" Voter_ID \t LAST_NAME\tPrecinct\tShoe size\nA1\tNULL\t0001\t44\n")
    assert rows(workspace, "SELECT voter_id, last_name FROM voters") == [("A1", "NULL")]
    assert "'Shoe size'" in topics(workspace)["columns ignored"]


def test_a_gzipped_file_is_read(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=gzip.compress(GOOD.encode()))
    assert account(workspace) == [(2, 2, 0, 0)]


def test_a_cut_gzip_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cut short"):
        load(workspace, tmp_path, voters=gzip.compress(GOOD.encode())[:-9])


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_accents_survive_every_unicode_encoding(workspace: Workspace, tmp_path: Path, codec: str) -> None:
    load(workspace, tmp_path, voters=(VOTERS + "1,NUÑEZ,1,LA,,\n").encode(codec))
    assert rows(workspace, "SELECT last_name FROM voters") == [("NUÑEZ",)]
    assert "encoding" not in topics(workspace)


def test_lines_that_are_not_utf8_are_read_as_windows_1252_and_counted(workspace: Workspace, tmp_path: Path) -> None:
    lines = [b"1,NU\xd1EZ,1,,,", b"2,O\x92BRIEN,1,,,", b"3,STRAY\x90,1,,,", "4,PEÑA,1,,,".encode()]
    load(workspace, tmp_path, voters=VOTERS.encode() + b"\n".join(lines))
    assert rows(workspace, "SELECT last_name FROM voters") == [("NUÑEZ",), ("O’BRIEN",), ("STRAY\x90",), ("PEÑA",)]
    assert "3 of 5 lines are not UTF-8" in topics(workspace)["encoding"]
    assert "read as Windows-1252: 3 in last_name; 1 in last_name that this" in topics(workspace)["encoding"]


def test_lines_of_the_wrong_length_are_rejected_with_line_and_text(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + "1,A,1,LA,,\n2,B,1\n3,C,1,LA,,,9\n4,D,1,LA,,,\n5,E,1,LA,,\n")
    assert rows(workspace, "SELECT source, line, reason, raw FROM rejects ORDER BY line") == [
        ("voters.csv", 3, "3 values, the header has 6", "2,B,1"),
        ("voters.csv", 4, "7 values, the header has 6", "3,C,1,LA,,,9"),
    ]
    assert account(workspace) == [(5, 3, 2, 0)]


def test_blank_lines_and_values_that_span_lines_are_accounted_for(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + '1,"A\nB",1,LA,,\n\n,C,1,LA,,\n')
    assert rows(workspace, "SELECT last_name FROM voters") == [("A B",)]
    assert rows(workspace, "SELECT line, column_name, raw FROM rejects") == [(5, "voter_id", ",C,1,LA,,")]
    assert account(workspace) == [(4, 1, 1, 2)]


def test_an_open_quote_costs_its_own_line_only(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + '1,"A,1,LA,,\n2,"B",1,LA,,\n3,"C"x,1,LA,,\n4,D,1,LA,,\n')
    assert rows(workspace, "SELECT voter_id FROM voters") == [("2",), ("4",)]
    assert rows(workspace, "SELECT line, reason FROM rejects ORDER BY line") == [
        (2, "text after a closing quote"),
        (4, "text after a closing quote"),
    ]


def test_a_voter_whose_dates_cannot_be_read_is_a_voter_without_them(workspace: Workspace, tmp_path: Path) -> None:
    lines = ",A,1,LA,x,\n2,B,1,LA,19x4,\n3,C,1,LA,1980,13/04/2017\n4,D,1,LA,1974.0,00/00/0000\n4,E,1,LA,x,\n"
    load(workspace, tmp_path, voters=VOTERS + lines)
    assert rows(workspace, "SELECT voter_id, birth_year, registration_date FROM voters ORDER BY 1") == [
        ("2", None, None),
        ("3", 1980, None),
        ("4", 1974, None),
    ]
    assert rows(workspace, "SELECT line, column_name, reason FROM rejects ORDER BY line") == [
        (2, "voter_id", "missing"),
        (6, "voter_id", "duplicate voter_id"),
    ]
    assert account(workspace) == [(5, 3, 2, 0)]
    said = topics(workspace)["cells not read"]
    assert "3 cells that cannot be read are left empty, and their lines are kept" in said
    assert "column birth_year: not a whole number (1, first at line 3)" in said
    assert "column registration_date: not a date of the declared formats (1, first at line 5)" in said


def test_cells_that_cannot_be_read_are_left_empty_in_a_second_file_too(workspace: Workspace, tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text(GOOD)
    paths[1].write_text(VOTERS + "8,KIM,1,LA,1980,soon\n")
    reading.load(workspace, Contest(inputs=Inputs(voters=tuple(paths))))
    assert rows(workspace, "SELECT birth_year, registration_date FROM voters WHERE voter_id = '8'") == [(1980, None)]
    assert "b.csv: 1 cell that cannot be read is left empty" in topics(workspace)["cells not read"]


def test_a_column_of_dates_in_two_orders_refuses_the_file(workspace: Workspace, tmp_path: Path) -> None:
    lines = "".join(f"{n},A,1,LA,,{13 + n}/04/2017\n" for n in range(4))
    with pytest.raises(InputRefused, match=r"line 2, column registration_date: 4 dates have the day first"):
        load(workspace, tmp_path, voters=VOTERS + lines + "9,B,1,LA,,03/04/2017\n")


def test_spreadsheet_day_numbers_are_dates(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + "1,A,1,LA,,42892\n")
    assert rows(workspace, "SELECT registration_date FROM voters") == [(DATE,)]


def test_the_first_row_of_a_voter_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + "1,FIRST,1,LA,,\n2,B,1,LA,,\n1,SECOND,1,LA,,\n")
    assert rows(workspace, "SELECT last_name FROM voters WHERE voter_id = '1'") == [("FIRST",)]
    assert rows(workspace, "SELECT line, reason FROM rejects") == [(4, "duplicate voter_id")]


def test_every_line_keeps_its_number_in_a_long_file(workspace: Workspace, tmp_path: Path) -> None:
    count = 300_000
    body = "".join(f"{'' if i % 50_000 == 7 else f'V{i}'},N,1,LA,,{i}\n" for i in range(count))
    load(workspace, tmp_path, voters=VOTERS + body)
    assert rows(workspace, "SELECT line, raw FROM rejects ORDER BY line") == [
        (i + 2, f",N,1,LA,,{i}") for i in range(count) if i % 50_000 == 7
    ]
    assert account(workspace) == [(count, count - 6, 6, 0)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        (VOTERS, "a header without any row"),
        ("voter_id,surname,precinct\n1,A,1\n", "column last_name is missing; the columns are 'voter_id', 'surname'"),
        ("voter_id,last_name,precinct,PRECINCT\n1,A,1,1\n", "both hold precinct"),
        (b"PK\x03\x04rest of an .xlsx", "a damaged archive or spreadsheet"),
        (b"\x00\x01\x00" * 40, "NUL bytes"),
    ],
)
def test_what_is_no_voter_file_is_refused(
    workspace: Workspace, tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(InputRefused, match=message):
        load(workspace, tmp_path, voters=content)
    assert rows(workspace, "SELECT count(*) FROM voters") == [(0,)]


def test_a_missing_file_is_a_mistake_in_usage(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load(workspace, tmp_path, voters=tmp_path / "nowhere.csv")


def test_a_refusal_leaves_nothing_loaded(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputRefused):
        load(workspace, tmp_path, voters=GOOD, ballots="voter_id,status\n7,eaten\n")
    assert rows(workspace, "SELECT (SELECT count(*) FROM voters) + (SELECT count(*) FROM findings)") == [(0,)]


def test_history_of_the_election_itself_is_never_looked_at(workspace: Workspace, tmp_path: Path) -> None:
    history = (
        "voter_id,election_date,mode\n7,2016-11-08,Vote-by-Mail\n7,11/8/2016,\n7,20170404,POLL\n7,2017-06-06,poll\n"
        "9,2016-11-08,early_voting\n"
    )
    load(workspace, tmp_path, Contest(date=DATE), voters=GOOD, vote_history=history)
    assert rows(workspace, "SELECT * FROM vote_history ORDER BY ALL") == [
        ("7", dt.date(2016, 11, 8), "mail"),
        ("7", dt.date(2017, 4, 4), "election_day"),
        ("9", dt.date(2016, 11, 8), "early_in_person"),
    ]
    assert account(workspace)[1] == (5, 3, 0, 2)
    assert "1 of 2 voters in the vote history are not in the voter file" in topics(workspace)["vote history"]


def test_files_of_a_header_only_are_an_answer_for_ballots_and_history(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=GOOD, ballots="voter_id,status\n", vote_history="voter_id,election_date\n")
    assert account(workspace)[1:] == [(0, 0, 0, 0), (0, 0, 0, 0)]
    assert "empty file" in topics(workspace)
