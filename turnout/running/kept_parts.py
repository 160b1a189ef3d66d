"""What left the partitions of a contest, kept in its workspace: what follows from the same is not measured again.

All partitions make one unit of :mod:`turnout.reuse`, five tables however many they are, for each has its own key in
them. A partition is put there as it comes in, in a transaction of its own, so that a run that ends early leaves to
the next what it had. It is sums over voters, and as private as the cells are.
"""

import contextlib
from collections.abc import Iterator
from typing import Final

import duckdb
import polars as pl

from turnout import reuse
from turnout.electorate import Electorate
from turnout.running.partitions import Measured, Part
from turnout.workspace import Workspace

_UNIT: Final = "partitions"
_FACTS: Final = "part_facts"
#: Tables with what left the partitions.
ROWS: Final = ("part_cells", "part_units", "part_reconciliation", "part_findings")
#: How many files an account names that had to be run again.
_NAMED: Final = 3


def begin(workspace: Workspace) -> dict[int, str]:
    """Put what the last run kept in place. Returns the place of each partition and the key it is kept under."""
    connection = workspace.connection
    key = reuse.key(_UNIT)
    reuse.once(connection, _UNIT, key, (_FACTS, *ROWS), lambda: workspace.execute("running/parts"))
    try:
        for name in ROWS:  # a database that was cut short says so where a row is read
            connection.execute(f"SELECT bit_xor(hash(kept)) FROM {name} kept").fetchall()  # noqa: S608
        connection.execute(f"UPDATE {_FACTS} SET taken = false")  # noqa: S608
        return dict(connection.execute(f"SELECT number, key FROM {_FACTS} WHERE key <> ''").fetchall())  # noqa: S608
    except duckdb.Error:
        workspace.execute("running/parts")
        return {}


def leave(workspace: Workspace) -> None:
    """Leave what is kept to a later run: this one looks at the voters as a whole."""
    reuse.kept(workspace.connection, _UNIT)


def put(workspace: Workspace, measured: Measured) -> None:
    """Keep a partition that was measured, in place of what was kept of it, or take over what is kept."""
    number, part = measured.number, measured.part
    with _at_once(workspace):
        if part is None:
            workspace.connection.execute(f"UPDATE {_FACTS} SET taken = true WHERE number = $1", [number])  # noqa: S608
            return
        for name in (_FACTS, *ROWS):
            workspace.connection.execute(f"DELETE FROM {name} WHERE number = $1", [number])  # noqa: S608
        facts = (number, part.name, measured.key, part.latest, part.electorate.facts(), False)
        workspace.connection.execute(f"INSERT INTO {_FACTS} VALUES ($1, $2, $3, $4, $5, $6)", facts)  # noqa: S608
        frames = (part.electorate.cells, part.units, part.reconciliation, part.findings)
        for name, frame in zip(ROWS, frames, strict=True):
            workspace.append(name, frame.with_columns(number=pl.lit(number, dtype=pl.Int32)))
        for address, sha256 in part.objects:
            reuse.remember(workspace.connection, address, sha256)


def parts(workspace: Workspace, number: int) -> list[Part]:
    """Return the first ``number`` partitions in their order, and keep no others."""
    with _at_once(workspace):
        for name in (_FACTS, *ROWS):
            workspace.connection.execute(f"DELETE FROM {name} WHERE number >= $1", [number])  # noqa: S608
    cells, units, reconciliation, findings = (_by_number(workspace, name) for name in ROWS)
    return [
        Part(
            name=facts["name"],
            electorate=Electorate.of(cells(facts["number"]), facts["electorate"]),
            units=units(facts["number"]),
            reconciliation=reconciliation(facts["number"]),
            findings=findings(facts["number"]),
            latest=facts["latest"],
        )
        for facts in workspace.table(_FACTS).sort("number").iter_rows(named=True)
    ]


def account(workspace: Workspace) -> list[str]:
    """Say which partitions were taken over, in one sentence or none."""
    facts = workspace.table(_FACTS).sort("number")
    anew = facts.filter(~pl.col("taken"))["name"].to_list()
    if len(anew) == facts.height:
        return []
    if not anew:
        return [f"what all {facts.height:,} voter files add up to"]
    more = f" and {len(anew) - _NAMED:,} more" if len(anew) > _NAMED else ""
    return [
        f"what {facts.height - len(anew):,} of {facts.height:,} voter files add up to (anew:"
        f" {', '.join(anew[:_NAMED])}{more})"
    ]


class _ByNumber:
    """The rows of a table by the number of the partition, in the order in which they were put there."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._none = rows.clear().drop("number")
        self._frames = rows.partition_by("number", as_dict=True, include_key=False)

    def __call__(self, number: int) -> pl.DataFrame:
        return self._frames.get((number,), self._none)


def _by_number(workspace: Workspace, name: str) -> _ByNumber:
    return _ByNumber(workspace.connection.sql(f"SELECT * FROM {name} ORDER BY number, rowid").pl())  # noqa: S608


@contextlib.contextmanager
def _at_once(workspace: Workspace) -> Iterator[None]:
    """Make the block one transaction of the database."""
    workspace.connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        workspace.connection.execute("ROLLBACK")
        raise
    workspace.connection.execute("COMMIT")
