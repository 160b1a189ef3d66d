"""Bytes of every encoding, compressed or not, become text, and what could not be decoded is said by column."""

import gzip
import io
import os
import tracemalloc
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tests.reading.inputs import VOTERS, account, load, rows, topics
from turnout import reading
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, UsageError
from turnout.reading import archives, layouts, lines
from turnout.workspace import Workspace

LINES = b"1,NU\xd1EZ,1,,,\n2,B,1,CA\xd1ON,,\n3,C,1,,,\n"


def zipped(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_in_", "/").replace("_csv", ".csv").replace("_pdf", ".pdf"), content)
    return out.getvalue()


def put(directory: Path, name: str, content: bytes) -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def read(workspace: Workspace, *paths: Path) -> None:
    reading.load(workspace, Contest(inputs=Inputs(voters=paths)))


def names(workspace: Workspace) -> list[object]:
    return [name for (name,) in rows(workspace, "SELECT last_name FROM voters ORDER BY voter_id")]


def test_characters_that_are_not_utf8_are_counted_by_column(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS.encode() + LINES)
    assert rows(workspace, "SELECT last_name, county FROM voters ORDER BY voter_id") == [
        ("NUÑEZ", ""),
        ("B", "CAÑON"),
        ("C", ""),
    ]
    assert topics(workspace)["encoding"] == (
        "voters.csv: 2 of 4 lines are not UTF-8. Characters read as Windows-1252: 1 in last_name, 1 in county."
    )


def test_a_column_is_found_past_quoted_delimiters(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS.encode() + b'1,"A, ""B"", C",1,"NU\xd1EZ, X",,\n')
    assert "1 in county" in topics(workspace)["encoding"]


def test_one_line_may_hold_both_utf8_and_windows_1252(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS.encode() + "1,PEÑA,1,".encode() + b"CA\xd1ON,,\n")
    assert rows(workspace, "SELECT last_name, county FROM voters") == [("PEÑA", "CAÑON")]


def test_cp437_is_known_by_its_letters(workspace: Workspace, tmp_path: Path) -> None:
    body = "".join(f"{n},{name},1,,,\n" for n, name in enumerate(["NUÑEZ", "PEÑA", "GARCÉS", "MUÑOZ"]))
    load(workspace, tmp_path, voters=(VOTERS + body).encode("cp437"))
    assert names(workspace) == ["NUÑEZ", "PEÑA", "GARCÉS", "MUÑOZ"]
    assert "read as cp437 (DOS): 4 in last_name" in topics(workspace)["encoding"]


def test_a_layout_may_declare_the_codec(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tuple(layout.model_copy(update={"encoding": "cp850"}) for layout in layouts.shipped())
    monkeypatch.setattr(layouts, "shipped", lambda: shipped)
    load(workspace, tmp_path, voters=(VOTERS + "1,GARCÍA,1,,,\n").encode("cp850"))
    assert names(workspace) == ["GARCÍA"]


def test_letters_lost_before_are_said(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + "1,NU\ufffdEZ,1,,,\n")
    assert "lost before the file came here (U+FFFD): 1 in last_name" in topics(workspace)["encoding"]


def test_nuls_are_spaces_and_are_said(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS.encode() + b"1,A\x00B,1,,,\n2,C,1,,,\n")
    assert names(workspace) == ["A B", "C"]
    assert "1 NUL bytes" in topics(workspace)["encoding"]


def test_spaces_at_the_edge_of_a_cell_are_no_part_of_it(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + '1, A,1 ,,,\n2,\u00a0B,"1 ",,,\n3,C\u00a0,1,,,\n4,D E,1, ,,\n')
    assert rows(workspace, "SELECT last_name, precinct, county FROM voters") == [
        ("A", "1", ""),
        ("B", "1", ""),
        ("C", "1", ""),
        ("D E", "1", ""),
    ]


def test_a_header_in_the_middle_is_ignored(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + "1,A,1,,,\n\ufeff" + VOTERS + "2,B,1,,,\n" + VOTERS)
    assert names(workspace) == ["A", "B"]
    assert account(workspace) == [(4, 2, 0, 2)]
    assert rows(workspace, "SELECT note FROM reconciliation") == [("repeated header lines: 2",)]


def test_a_zip_of_one_data_file_is_that_file(workspace: Workspace, tmp_path: Path) -> None:
    content = zipped(voters_csv=VOTERS.encode() + LINES, readme_pdf="…", __MACOSX_in_voters_csv="junk")
    read(workspace, put(tmp_path, "voters.zip", content))
    assert names(workspace) == ["NUÑEZ", "B", "C"]
    assert rows(workspace, "SELECT source FROM reconciliation") == [("voters.csv",)]


def test_a_zip_of_several_is_refused_with_the_remedy(workspace: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, "absentee.zip", zipped(APPLING_csv=VOTERS, BACON_csv=VOTERS))
    with pytest.raises(InputRefused, match=r"holds 2 files \(APPLING.csv, BACON.csv\).*absentee.zip/APPLING.csv"):
        read(workspace, path)


def test_a_member_of_a_zip_is_named_like_a_file_in_a_directory(workspace: Workspace, tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "absentee.zip",
        zipped(x_in_APPLING_csv=VOTERS + "1,A,1,,,\n", x_in_STATEWIDE_csv=VOTERS + "2,B,1,,,\n"),
    )
    read(workspace, path / "statewide.csv")
    assert names(workspace) == ["B"]
    with pytest.raises(UsageError, match=r"none.csv: no such file in the archive; it holds x/APPLING.csv"):
        read(workspace, path / "none.csv")


def test_a_layout_may_name_the_member(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tuple(layout.model_copy(update={"member": "STATEWIDE.csv"}) for layout in layouts.shipped())
    monkeypatch.setattr(layouts, "shipped", lambda: shipped)
    path = put(tmp_path, "a.zip", zipped(APPLING_csv=VOTERS, STATEWIDE_csv=VOTERS + "2,B,1,,,\n"))
    read(workspace, path)
    assert names(workspace) == ["B"]


def test_patterns_name_several_files_also_within_a_zip(workspace: Workspace, tmp_path: Path) -> None:
    put(tmp_path, "x/AAA_20170606.txt", (VOTERS + "1,A,1,,,\n").encode())
    put(tmp_path, "x/BBB_20170606.txt", (VOTERS + "2,B,1,,,\n").encode())
    archive = put(tmp_path, "more.zip", zipped(c_csv=VOTERS + "3,C,1,,,\n", d_csv=VOTERS + "4,D,1,,,\n"))
    read(workspace, tmp_path / "x" / "*_20170606.txt", archive / "*.csv")
    assert names(workspace) == ["A", "B", "C", "D"]
    assert account(workspace) == [(1, 1, 0, 0)] * 4


def test_a_gzip_within_a_zip_is_read(workspace: Workspace, tmp_path: Path) -> None:
    read(workspace, put(tmp_path, "v.zip", zipped(v_csv=gzip.compress(VOTERS.encode() + LINES))))
    assert names(workspace) == ["NUÑEZ", "B", "C"]


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:evil.csv", "..\\evil.csv"])
def test_an_archive_that_reaches_outside_itself_is_refused(workspace: Workspace, tmp_path: Path, name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, VOTERS)
    with pytest.raises(InputRefused, match="outside the archive"):
        read(workspace, put(tmp_path, "v.zip", out.getvalue()))


@pytest.mark.parametrize("suffix", ["gz", "zip"])
def test_a_bomb_is_refused_before_it_is_unpacked(
    workspace: Workspace, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_ALWAYS_ALLOWED", 1 << 20)
    content = VOTERS.encode() + b"1,A,1,,,\n" * 1_000_000
    path = put(tmp_path, f"v.{suffix}", gzip.compress(content, 9) if suffix == "gz" else zipped(v_csv=content))
    with pytest.raises(InputRefused, match="more than 200 times its size"):
        read(workspace, path)


def test_a_damaged_or_locked_archive_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    content = bytearray(zipped(v_csv=VOTERS.encode() + LINES * 50))
    with pytest.raises(InputRefused, match="damaged archive or spreadsheet"):
        read(workspace, put(tmp_path, "cut.zip", bytes(content[:-30])))
    content[60] ^= 0xFF
    with pytest.raises(InputRefused, match="damaged"):
        read(workspace, put(tmp_path, "flipped.zip", bytes(content)))
    locked = bytearray(zipped(v_csv=VOTERS))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(InputRefused, match="locked by a password"):
        read(workspace, put(tmp_path, "locked.zip", bytes(locked)))


def test_a_spreadsheet_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    with pytest.raises(InputRefused, match="a spreadsheet, not a text file"):
        read(workspace, put(tmp_path, "v.xlsx", out.getvalue()))


def test_a_line_without_end_is_refused_in_little_memory(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST_STRETCH", 1 << 20)
    monkeypatch.setattr(lines, "BLOCK", 1 << 16)
    path = put(tmp_path, "v.csv", VOTERS.encode() + b"x" * (1 << 25))
    tracemalloc.start()
    try:
        with pytest.raises(InputRefused, match="no line ends within 1 MB"):
            read(workspace, path)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("before", ["", "1,A,1,,,\n" * 3])
def test_a_line_of_a_gigabyte_is_refused_early(workspace: Workspace, tmp_path: Path, before: str) -> None:
    path = put(tmp_path, "v.csv", VOTERS.encode() + before.encode() + b"9,")
    os.truncate(path, 1 << 30)  # a hole: it holds a gigabyte of NULs, and takes no room
    tracemalloc.start()
    try:
        with pytest.raises(InputRefused, match="no line ends within 16 MB"):
            read(workspace, path)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert rows(workspace, "SELECT count(*) FROM voters") == [(0,)]


def test_a_long_line_is_rejected_alone(workspace: Workspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, voters=VOTERS + "1,A,1,,,\n2," + "B" * 2_100_000 + ",1,,,\n3,C,1,,,\n")
    assert names(workspace) == ["A", "C"]
    assert rows(workspace, "SELECT line, reason FROM rejects") == [(3, "longer than 1,900,000 bytes")]


def test_lines_keep_their_numbers_in_a_file_that_is_read_in_parallel(workspace: Workspace, tmp_path: Path) -> None:
    header, address = "voter_id,last_name,precinct,permanent_mail,address\n", "x" * 1500
    broken = range(7, 24_000, 1_000)
    made = (
        f"{number:05}\n" if number in broken else f"{number:05},LEE,1,{'yn?'[number % 3]},{address}\n"
        for number in range(24_000)
    )
    load(workspace, tmp_path, voters=header + "".join(made))  # DuckDB takes 8 MB of it at a time
    assert rows(workspace, "SELECT line, raw FROM rejects ORDER BY line") == [(n + 2, f"{n:05}") for n in broken]
    assert rows(workspace, "SELECT voter_id FROM voters") == [(f"{n:05}",) for n in range(24_000) if n not in broken]
    assert "neither yes nor no (7,992, first at line 4)" in topics(workspace)["cells not read"]


def test_voters_of_a_further_file_stand_in_its_order(workspace: Workspace, tmp_path: Path) -> None:
    first = put(tmp_path, "first.csv", b"voter_id,last_name,precinct\n0,A,1\n")
    numbers = pl.Series("voter_id", range(1, 300_000), dtype=pl.Int64).cast(pl.String)
    pl.DataFrame({"voter_id": numbers}).with_columns(last_name=pl.lit("LEE"), precinct=pl.lit("1")).write_parquet(
        tmp_path / "second.parquet"
    )
    read(workspace, first, tmp_path / "second.parquet")  # of three row groups
    assert rows(workspace, "SELECT count(*) FROM voters WHERE rowid <> voter_id::BIGINT") == [(0,)]
    assert account(workspace) == [(1, 1, 0, 0), (299_999, 299_999, 0, 0)]


@pytest.mark.parametrize("block", [40, 1 << 22])
def test_disorder_is_mended_whatever_the_blocks(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(lines, "BLOCK", block)
    body = (
        b'1,A,1,,,\r\n\r\n2,"B\r\nB2\nB3",1,,,\n3,C,1\n"4","D, E","1","","",""\n5,F\rG,1,,,\n'
        b'6,"open,1,,,\n7,H,1,,,,\n'
        b"8,I,1,,,,x\n9,J,1,,,"
    )
    load(workspace, tmp_path, voters=VOTERS.encode() + body)
    assert rows(workspace, "SELECT voter_id, last_name FROM voters ORDER BY 1") == [
        ("1", "A"),
        ("2", "B B2 B3"),
        ("4", "D, E"),
        ("5", "F G"),
        ("7", "H"),
        ("9", "J"),
    ]
    assert rows(workspace, "SELECT line, reason, raw FROM rejects ORDER BY line") == [
        (7, "3 values, the header has 6", "3,C,1"),
        (10, "a quote that is not closed", '6,"open,1,,,'),
        (12, "7 values, the header has 6", "8,I,1,,,,x"),
    ]
    assert account(workspace) == [(12, 6, 3, 3)]


def test_a_first_file_and_a_later_one_fill_the_table_alike(workspace: Workspace, tmp_path: Path) -> None:
    schema = workspace.connection.execute("DESCRIBE voters").fetchall()
    one = put(tmp_path, "a.csv", (VOTERS + "1,A,1,,1801,01/01/1800\n2,B,1,LA,1990,\n").encode())
    two = put(tmp_path, "b.csv", (VOTERS + "3,A,1,,1801,01/01/1800\n4,B,1,LA,1990,\n1,X,1,,,\n").encode())
    read(workspace, one, two)
    columns = "last_name, precinct, county, birth_year, registration_date, confidential"
    first, later = (
        rows(workspace, f"SELECT {columns} FROM voters WHERE voter_id IN ({ids}) ORDER BY 1")
        for ids in ("'1', '2'", "'3', '4'")
    )
    assert first == later == [("A", "1", "", None, None, False), ("B", "1", "LA", 1990, None, False)]
    assert account(workspace) == [(2, 2, 0, 0), (3, 2, 1, 0)]
    described = workspace.connection.execute("DESCRIBE voters").fetchall()
    assert [row[:2] for row in described] == [row[:2] for row in schema]
