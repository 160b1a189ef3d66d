"""A workspace after its voters are forgotten."""

import duckdb
import polars as pl
import pytest

from tests.test_workspace import any_crypto  # noqa: F401 - a fixture
from turnout.errors import UsageError, WorkspaceBusy
from turnout.running import forget
from turnout.workspace import DATABASE, Workspace

CELLS = [
    ("A", "1", "korean", "registered", 9.0),
    ("A", "1", "white", "registered", 1.0),
    ("A", "1", "korean", "early", 0.5),
    ("A", "2", "korean", "registered", 9.9),
    ("A", "2", "korean", "early", 0.5),
]


def fill(output) -> None:
    """A workspace of a finished run: everyone a canary."""
    with Workspace.create(output, threads=1) as opened:
        ids = pl.DataFrame({"voter_id": [f"CANARY{n}" for n in range(30_000)], "last_name": "CANARYNAME"})
        opened.append("voters", ids)
        opened.append("ballots", ids.select("voter_id", status=pl.lit("accepted"), mode=pl.lit("mail")))
        opened.append(
            "rejects",
            pl.DataFrame({"source": "v", "line": 3, "column_name": "x", "reason": "odd", "raw": "CANARY raw line"}),
        )
        opened.append("results", pl.DataFrame({"contest": ["Mayor"], "mode": "mail", "candidate": "Ada", "votes": 5}))
        columns = ["county", "precinct", "group_name", "tranche", "expected"]
        cells = pl.DataFrame(CELLS, schema=columns, orient="row").with_columns(variance=pl.lit(0.0))
        opened.append("cells", cells)
        opened.note("ballots", "30,000 accepted")
        opened.connection.execute("CREATE TABLE cast_rows AS SELECT voter_id FROM voters")
        opened.connection.execute("CHECKPOINT")
        opened.keep("ballots", "ballots-2022-11-08")
        opened.keep("findings", "outlook-2022-11-07")


def holds_canary(output) -> list[str]:
    return [path.name for path in output.rglob("*") if path.is_file() and b"CANARY" in path.read_bytes()]


def test_no_byte_of_a_voter_is_left_and_totals_are(tmp_path):
    fill(tmp_path)
    (tmp_path / ".reading-left").mkdir()
    (tmp_path / ".reading-left" / "copy.txt").write_text("CANARY")
    (tmp_path / ".kept" / ".0123456789abcdef").write_text("CANARY")  # about to be kept, when a run was killed
    assert holds_canary(tmp_path)
    told = forget.run(tmp_path)
    assert holds_canary(tmp_path) == []
    assert (told.tables["voters"], told.tables["ballots"], told.tables["rejects"]) == (30_000, 30_000, 1)
    assert told.kept_files == 1
    assert told.rows == {"results": 1, "losses": 0, "reconciliation": 0, "findings": 1, "cells": 3}
    with duckdb.connect(tmp_path / DATABASE, read_only=True) as opened:
        assert opened.sql("SELECT precinct, count(*) FROM cells GROUP BY ALL").fetchall() == [("1", 3)]
        assert opened.sql("SELECT count(*) FROM voters").fetchall() == [(0,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".kept", ".lock", DATABASE]
    assert [path.name for path in (tmp_path / ".kept").iterdir()] == ["outlook-2022-11-07.parquet"]
    assert (tmp_path / DATABASE).stat().st_mode & 0o077 == 0
    assert forget.run(tmp_path).tables["voters"] == 0  # again: nothing more to do


def test_the_workspace_of_a_replay_is_forgotten_too(tmp_path):
    fill(tmp_path / "output")
    fill(tmp_path / "output" / "replay")
    told = forget.run(tmp_path / "output")
    assert told.tables["voters"] == 60_000
    assert not any(b"CANARY" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_an_encrypted_workspace_stays_encrypted(tmp_path, any_crypto, monkeypatch):  # noqa: F811
    fill(tmp_path)
    told = forget.run(tmp_path)
    assert told.rows["results"] == 1
    assert b"Mayor" not in (tmp_path / DATABASE).read_bytes()
    monkeypatch.setenv("TURNOUT_KEY", "another key altogether")
    with pytest.raises(UsageError, match="another key"):
        forget.run(tmp_path)
    monkeypatch.delenv("TURNOUT_KEY")
    with pytest.raises(UsageError, match="is encrypted"):
        forget.run(tmp_path)


def test_a_database_cut_short_goes_whole(tmp_path):
    fill(tmp_path)
    content = (tmp_path / DATABASE).read_bytes()
    (tmp_path / DATABASE).write_bytes(content[5000:])
    assert forget.run(tmp_path).tables == {}
    assert holds_canary(tmp_path) == []


def test_where_there_is_no_workspace_it_says_so(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match="holds no workspace"):
            forget.run(path)


def test_a_workspace_that_is_held_is_left(tmp_path):
    fill(tmp_path)
    with Workspace.create(tmp_path, threads=1), pytest.raises(WorkspaceBusy):
        forget.run(tmp_path)
