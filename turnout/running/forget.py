"""A workspace without voters: its voter-level tables are removed for good, its aggregates stay.

The database is written anew with what may stay and put in the place of the old one, so that no page of the old file
lives on in the new. What a disk or a backup still holds of the old is beyond a program's reach.
"""

import contextlib
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from turnout import encryption, resources
from turnout.encryption import Key
from turnout.errors import UsageError
from turnout.quoting import literal
from turnout.reporting.tables import SMALLEST_CELL
from turnout.running import kept_parts
from turnout.storage import REPLAY, hold
from turnout.workspace import DATABASE, connect, kept_in

#: Tables that hold no voter: totals of places, and the account of what was read.
AGGREGATES: Final = ("results", "losses", "reconciliation", "findings")
#: Tables with a row a voter, or with a voter's line.
VOTER_LEVEL: Final = ("voters", "vote_history", "ballot_events", "ballots", "ethnicity", "rejects")

_NEW: Final = f"{DATABASE}.new"  # a name that the next run clears away
#: Kept beyond a run, and of groups, not voters: what was expected on earlier days.
_KEPT_AGGREGATES: Final = ("outlook-",)
#: Decoded copies of input files, and ballots of a day that were about to be kept.
_LEFT_BY_KILLED_RUNS: Final = (".reading-*", ".kept/.*")


@dataclass(frozen=True)
class Forgotten:
    """What was removed and what stayed.

    Attributes
    ----------
    tables : table that goes (voter-level, or of partitions) -> rows removed
    kept_files : files of ballots by day that were removed
    rows : aggregate table -> rows that stay
    """

    tables: dict[str, int] = field(default_factory=dict)
    kept_files: int = 0
    rows: dict[str, int] = field(default_factory=dict)


def run(directory: Path, *, wait: float = 0) -> Forgotten:
    """Remove every voter-level table, and the ballots kept by day, from the workspace in a directory.

    So from the one that a replay of the contest left in ``replay/`` below it. Cells stay where their precinct has at
    least ten registered voters. What was published stays as it is.

    Raises
    ------
    UsageError
        If there is no workspace, or it is encrypted and its key is not set.
    WorkspaceBusy
        If a run holds it.
    """
    held = [path for path in (directory, directory / REPLAY) if _holds(path)]
    if not held:
        raise UsageError(f"{directory}: holds no workspace. Name a contest.toml, or its output directory.")
    told = [_of_one(path, wait) for path in held]
    return Forgotten(
        _summed([each.tables for each in told]),
        sum(each.kept_files for each in told),
        _summed([each.rows for each in told]),
    )


def _holds(directory: Path) -> bool:
    return directory.is_dir() and ((directory / DATABASE).exists() or bool(kept_in(directory, "*")))


def _summed(counts: list[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(total)


def _of_one(directory: Path, wait: float) -> Forgotten:
    database, key = directory / DATABASE, Key.from_environment()
    with hold(directory, wait):
        told = _rewrite(database, directory / _NEW, key) if database.exists() else Forgotten()
        kept = [path for path in kept_in(directory, "*") if not path.name.startswith(_KEPT_AGGREGATES)]
        for path in kept:
            path.unlink()
        for pattern in _LEFT_BY_KILLED_RUNS:
            for path in directory.glob(pattern):
                _remove(path)
    return Forgotten(told.tables, len(kept), told.rows)


def _rewrite(database: Path, new: Path, key: Key | None) -> Forgotten:
    """Put a database of the aggregates in the place of one with voters."""
    for path in (new, Path(f"{new}.wal")):
        path.unlink(missing_ok=True)
    with contextlib.closing(connect(new, key)) as connection:
        connection.execute(resources.sql("schema"))
        removed = _copy(connection, database, key)
        stay = {name: _count(connection, name) for name in (*AGGREGATES, "cells")}
        connection.execute("CHECKPOINT")
    descriptor = os.open(new, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(database)
    for suffix in (".wal", ".tmp"):
        for path in (Path(f"{database}{suffix}"), Path(f"{new}{suffix}")):
            _remove(path)
    return Forgotten(removed, 0, stay)


def _copy(connection: duckdb.DuckDBPyConnection, database: Path, key: Key | None) -> dict[str, int]:
    """Take over what may stay; return the rows of each table that goes. A database cut short goes whole."""
    options = "" if key is None else " (ENCRYPTION_KEY $key)"
    try:
        connection.execute(f"ATTACH {literal(database)} AS old{options}", None if key is None else {"key": key.text})
    except duckdb.InvalidInputException:
        raise UsageError(f"{database}: made with another key. Set the one it was made with.") from None
    except duckdb.Error as error:
        if "encrypt" in str(error):
            raise UsageError(
                f"{database}: is encrypted. Set {encryption.KEY_FILE} to the key it was made with."
            ) from None
        return {}
    found = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'old'").fetchall()
    names = {str(name) for (name,) in found}
    for name in AGGREGATES:
        if name in names:
            connection.execute(f"INSERT INTO {name} BY NAME FROM old.{name}")
    if "cells" in names:
        connection.execute(resources.sql("running/forget_cells"), {"least": SMALLEST_CELL})
    # what left partitions goes whole, for a part of it must not be taken over later
    going = sorted(names.intersection((*VOTER_LEVEL, *kept_parts.ROWS)))
    gone = {name: _count(connection, f"old.{name}") for name in going}
    connection.execute("DETACH old")
    return gone


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608 - a name of ours


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
