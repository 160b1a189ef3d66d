"""What a run takes over from the last one in its workspace: tables that follow from the same, by hash.

A *unit* is one or more tables, and what making them added to the account of the run (rejects, reconciliation,
findings). It is recorded with a key, the hash of all that it follows from: the content of files, settings, the
package's own code and data, and the versions of the libraries. The next run finds the tables of recorded units
standing aside under other names, so that the canonical tables are empty as ever, and takes a unit over where it asks
for it by the same key. Under another key it is dropped and made anew; what no run asks for is dropped when that run
ends. So there is one version of each, and it is always that of the last run.

The database is the one place where they stand: private, encrypted and forgotten as the workspace is. Each step is a
transaction of it; a run killed at any moment leaves units that are whole, or none.
"""

import contextlib
import hashlib
import json
import platform
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

import duckdb

import turnout
from turnout import resources
from turnout.addresses import Address
from turnout.quoting import quoted

#: Libraries whose versions can change a result.
LIBRARIES: Final = ("duckdb", "numpy", "polars", "scikit-learn", "scipy")
#: Tables in which reading accounts for what it did.
ACCOUNT: Final = ("rejects", "reconciliation", "findings")

_UNITS: Final = "kept_units"
_ASIDE: Final = "kept_"
_OBJECTS: Final = "kept_objects"
_OURS: Final = "NOT internal AND NOT temporary AND database_name = current_database()"
#: A unit is standing once it is in place in this run, aside where it is the last run's, lost where it was dropped.
_MAKE_UNITS: Final = f"""CREATE TABLE IF NOT EXISTS {_UNITS} (
  unit VARCHAR NOT NULL, key VARCHAR NOT NULL, tables VARCHAR[] NOT NULL, note VARCHAR NOT NULL,
  standing BOOLEAN NOT NULL, taken BOOLEAN NOT NULL)"""


#: What was in an object when it was fetched: the hash of its content, by what its host calls that content.
_MAKE_OBJECTS: Final = f"""CREATE TABLE IF NOT EXISTS {_OBJECTS} (
  address VARCHAR NOT NULL, etag VARCHAR NOT NULL, size BIGINT NOT NULL, modified VARCHAR NOT NULL,
  sha256 VARCHAR NOT NULL, asked BOOLEAN NOT NULL)"""
_SAME_OBJECT: Final = "address = $1 AND etag = $2 AND size = $3 AND modified = $4"


def key(*basis: object) -> str:
    """Return the hash of what tables follow from: ``basis``, the code, its data, and its libraries."""
    whole = [basis, code(), platform.python_version(), list(versions().values())]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


@cache
def versions() -> dict[str, str]:
    """Return the version of each of :data:`LIBRARIES` that is installed."""
    return {name: metadata.version(name) for name in LIBRARIES}


@cache
def code() -> str:
    """Return the hash of the package's modules, queries, models and layouts."""
    modules = sorted(Path(turnout.__file__).parent.rglob("*.py"))
    kinds = (("sql", "**/*.sql"), ("models", "**/*"), ("configs", "layouts/*.toml"))
    data = [path for kind, pattern in kinds for path in resources.listing(kind, pattern) if path.is_file()]
    digest = hashlib.sha256()
    for path in (*modules, *(path for path in data if path.suffix != ".md")):
        digest.update(f"{path.name}\0{content(path)}\0".encode())
    return digest.hexdigest()


def content(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the units of the last run aside and remove every other table and view, in a database just opened.

    Raises
    ------
    duckdb.Error
        If the database holds something else under these names.
    """
    connection.execute("BEGIN")
    connection.execute(_MAKE_UNITS)
    connection.execute(_MAKE_OBJECTS)
    connection.execute(f"DELETE FROM {_OBJECTS} WHERE etag = '' OR starts_with(etag, 'W/')")  # noqa: S608
    connection.execute(f"UPDATE {_OBJECTS} SET asked = false")  # noqa: S608
    for (name,) in connection.execute(
        f"SELECT view_name FROM duckdb_views() WHERE {_OURS}"  # noqa: S608
    ).fetchall():
        connection.execute(f"DROP VIEW {quoted(name)}")
    keep = {_UNITS, _OBJECTS, *(f"{_ASIDE}{name}" for name in ACCOUNT)}
    standing: set[str] = set()
    for tables, is_standing in connection.execute(f"SELECT tables, standing FROM {_UNITS}").fetchall():  # noqa: S608
        keep |= {f"{_ASIDE}{table}" for table in tables}
        standing |= set(tables) if is_standing else set()
    there = _tables(connection)
    for name in there - keep - standing:
        connection.execute(f"DROP TABLE {quoted(name)}")
    for name in sorted(there & standing):
        connection.execute(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(_ASIDE + name)}")
    connection.execute(f"UPDATE {_UNITS} SET standing = false, taken = false")  # noqa: S608
    connection.execute("COMMIT")


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that hold what units added to the account, once the canonical tables are there."""
    for name in ACCOUNT:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {_ASIDE}{name} AS SELECT '' AS unit, * FROM {name} LIMIT 0")  # noqa: S608


def withdraw(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the units that are in place aside again: the run ends here, and the next may want them."""
    begin_again = connection.execute(f"SELECT tables FROM {_UNITS} WHERE standing").fetchall()  # noqa: S608
    connection.execute("BEGIN")
    for (tables,) in begin_again:
        for name in tables:
            connection.execute(f"ALTER TABLE {quoted(name)} RENAME TO {quoted(_ASIDE + name)}")
    connection.execute(f"UPDATE {_UNITS} SET standing = false, taken = false")  # noqa: S608
    connection.execute("COMMIT")


def end(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the units that this run did not ask for."""
    for (unit,) in connection.execute(f"SELECT unit FROM {_UNITS} WHERE NOT standing").fetchall():  # noqa: S608
        drop(connection, unit)
    connection.execute(f"DELETE FROM {_OBJECTS} WHERE NOT asked")  # noqa: S608


def remember(connection: duckdb.DuckDBPyConnection, address: Address, sha256: str) -> None:
    """Note the hash of an object that was fetched, in the version that its address says."""
    connection.execute(f"DELETE FROM {_OBJECTS} WHERE {_SAME_OBJECT}", _told(address))  # noqa: S608
    connection.execute(f"INSERT INTO {_OBJECTS} VALUES ($1, $2, $3, $4, $5, true)", [*_told(address), sha256])  # noqa: S608


def remembered(connection: duckdb.DuckDBPyConnection, address: Address) -> str | None:
    """Return the hash of an object that this run or the last fetched in the same version; None where none did.

    A version that its host does not tell from others for sure is that of one run alone.
    """
    told = _told(address)
    connection.execute(f"UPDATE {_OBJECTS} SET asked = true WHERE {_SAME_OBJECT}", told)  # noqa: S608
    found = connection.execute(f"SELECT sha256 FROM {_OBJECTS} WHERE {_SAME_OBJECT}", told).fetchall()  # noqa: S608
    return str(found[0][0]) if found else None


def _told(address: Address) -> list[object]:
    version = address.version
    if version is None:
        raise ValueError(f"{address}: was not looked up")
    return [address.identity, version.etag, version.size, str(version.modified)]


def held(connection: duckdb.DuckDBPyConnection, unit: str, key: Callable[[], str]) -> str | None:
    """Return the note of a unit that can be taken over under a key; None where it cannot.

    Parameters
    ----------
    key : makes the key, which is not asked for where there is no such unit: files may have to be hashed for it
    """
    found = connection.execute(
        f"SELECT note, key FROM {_UNITS} WHERE unit = $1 AND NOT standing",  # noqa: S608
        [unit],
    ).fetchone()
    return str(found[0]) if found is not None and found[1] == key() else None


def left(connection: duckdb.DuckDBPyConnection, unit: str) -> bool:
    """Whether the last run left a unit, under whatever key, that is not in place yet."""
    found = connection.execute(f"SELECT 1 FROM {_UNITS} WHERE unit = $1 AND NOT standing", [unit])  # noqa: S608
    return found.fetchone() is not None


def note(connection: duckdb.DuckDBPyConnection, unit: str) -> str:
    """Return what was noted of a unit that is in place."""
    return str(connection.execute(f"SELECT note FROM {_UNITS} WHERE unit = $1", [unit]).fetchall()[0][0])  # noqa: S608


def standing(connection: duckdb.DuckDBPyConnection, units: Sequence[str]) -> list[str] | None:
    """Return the keys of units that are in place in this run; None where one is not, or is disowned."""
    found = dict(connection.execute(f"SELECT unit, key FROM {_UNITS} WHERE standing").fetchall())  # noqa: S608
    return [found[unit] for unit in units] if all(found.get(unit) for unit in units) else None


def taken(connection: duckdb.DuckDBPyConnection, unit: str, key: Callable[[], str]) -> bool:
    """Put a unit in place where it follows from the same, with what it added to the account; drop it where not.

    Parameters
    ----------
    key : makes the key, which is not asked for where there is no such unit
    """
    found = connection.execute(
        f"SELECT key, tables FROM {_UNITS} WHERE unit = $1 AND NOT standing",  # noqa: S608
        [unit],
    ).fetchone()
    if found is None:
        return False
    if found[0] != key():
        drop(connection, unit)
        return False
    _place(connection, unit, found[1])
    return True


def once(
    connection: duckdb.DuckDBPyConnection, unit: str, key: str | None, tables: Sequence[str], make: Callable[[], None]
) -> None:
    """Put a unit in place: as it stands in this run or was left by the last, by the same key, or else by ``make``.

    Without a key, for what it follows from has none, it is made and not recorded.
    """
    if key is None:
        make()
    elif standing(connection, (unit,)) != [key] and not taken(connection, unit, lambda: key):
        made(connection, unit, key, tables, make)


def made(
    connection: duckdb.DuckDBPyConnection, unit: str, key: str | None, tables: Sequence[str], make: Callable[[], None]
) -> None:
    """Make a unit, whatever the last run left of it, and record it where it has a key."""
    if key is None:
        make()
        return
    with recorded(connection, unit, lambda: key, tables):
        make()


def kept(connection: duckdb.DuckDBPyConnection, unit: str) -> None:
    """Put a unit in place that a later run may want, though this one needs it not: what follows from it is there."""
    found = connection.execute(f"SELECT tables FROM {_UNITS} WHERE unit = $1 AND NOT standing", [unit]).fetchone()  # noqa: S608
    if found is not None:
        _place(connection, unit, found[0])


def _place(connection: duckdb.DuckDBPyConnection, unit: str, tables: Sequence[str]) -> None:
    connection.execute("BEGIN")
    for name in tables:
        connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
        connection.execute(f"ALTER TABLE {quoted(_ASIDE + name)} RENAME TO {quoted(name)}")
    for name in ACCOUNT:
        connection.execute(
            f"INSERT INTO {name} SELECT * EXCLUDE (unit) FROM {_ASIDE}{name} WHERE unit = $1 ORDER BY rowid",  # noqa: S608
            [unit],
        )
    connection.execute(f"UPDATE {_UNITS} SET standing = true, taken = true WHERE unit = $1", [unit])  # noqa: S608
    connection.execute("COMMIT")


def drop(connection: duckdb.DuckDBPyConnection, unit: str) -> None:
    """Drop a unit of the last run."""
    found = connection.execute(f"SELECT tables FROM {_UNITS} WHERE unit = $1 AND NOT standing", [unit]).fetchone()  # noqa: S608
    if found is None:
        return
    connection.execute("BEGIN")
    for name in found[0]:
        connection.execute(f"DROP TABLE IF EXISTS {quoted(_ASIDE + name)}")
    for name in ACCOUNT:
        connection.execute(f"DELETE FROM {_ASIDE}{name} WHERE unit = $1", [unit])  # noqa: S608
    connection.execute(f"DELETE FROM {_UNITS} WHERE unit = $1", [unit])  # noqa: S608
    connection.execute("COMMIT")


def taken_over(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the units that this run took over, in the order in which it did."""
    return [str(unit) for (unit,) in connection.execute(f"SELECT unit FROM {_UNITS} WHERE taken").fetchall()]  # noqa: S608


def disown(connection: duckdb.DuckDBPyConnection, units: Sequence[str]) -> None:
    """Let no later run take over units that are in place."""
    connection.execute(f"UPDATE {_UNITS} SET key = '' WHERE list_contains($1, unit) AND standing", [list(units)])  # noqa: S608


@contextlib.contextmanager
def recorded(
    connection: duckdb.DuckDBPyConnection, unit: str, key: Callable[[], str], tables: Sequence[str]
) -> Iterator[list[str]]:
    """Record a unit that the block makes, if it ends well; what is put in the list yielded becomes its note.

    Parameters
    ----------
    key : makes the key, once the block has ended: what was read need not be hashed again for it
    tables : those that it may make
    """
    drop(connection, unit)
    so_far = {name: _end(connection, name) for name in ACCOUNT}
    note: list[str] = []
    yield note
    there = _tables(connection)
    connection.execute("BEGIN")
    for name, end in so_far.items():
        connection.execute(f"INSERT INTO {_ASIDE}{name} SELECT $1, * FROM {name} WHERE rowid >= $2", [unit, end])  # noqa: S608
    connection.execute(f"DELETE FROM {_UNITS} WHERE unit = $1", [unit])  # noqa: S608 - made twice in one run
    connection.execute(
        f"INSERT INTO {_UNITS} VALUES ($1, $2, $3, $4, true, false)",  # noqa: S608
        [unit, key(), [name for name in tables if name in there], "".join(note)],
    )
    connection.execute("COMMIT")


def _end(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the row id that the next row of an account gets."""
    return int(connection.execute(f"SELECT coalesce(max(rowid) + 1, 0) FROM {table}").fetchall()[0][0])  # noqa: S608


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute(
        f"SELECT table_name FROM duckdb_tables() WHERE {_OURS}"  # noqa: S608
    ).fetchall()
    return {str(name) for (name,) in found}
