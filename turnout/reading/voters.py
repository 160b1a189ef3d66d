"""The voter file and the history of who voted when."""

import datetime as dt

from turnout.errors import InputRefused
from turnout.quoting import literal
from turnout.reading.canonical import DAY_FIRST, soft
from turnout.reading.codes import header_of
from turnout.reading.source import Reading
from turnout.workspace import Workspace

#: Share of a file's lines with a date that only reads with the day first, above which no date of it can be trusted.
_MOST_DAY_FIRST = 0.01
#: Share of a file's lines with a cell of one column that cannot be read, above which it is a warning.
MANY_LOST = 0.01


def fill_voters(workspace: Workspace, reading: Reading) -> int:
    """Load one voter file; a voter ID seen before is refused. Returns lines loaded."""
    ignore_headers(workspace, reading)
    workspace.execute("reading/ignored_voters")
    workspace.execute("reading/faults_typed")
    workspace.execute("reading/faults_duplicate_voters")
    refuse_day_first(workspace, reading)
    note_lost_cells(workspace, reading)
    is_first = workspace.connection.execute("SELECT count(*) FROM voters").fetchall() == [(0,)]
    if not is_first or reading.text is None:
        return grown(workspace, "voters", "reading/voters")
    workspace.execute("reading/voters_sound", first_line=reading.first_line)
    workspace.execute("reading/voters_coded")
    workspace.execute("reading/voters_adopt")
    return int(workspace.connection.execute("SELECT count(*) FROM voters").fetchall()[0][0])


def fill_vote_history(workspace: Workspace, reading: Reading, date: dt.date | None) -> int:
    """Load one vote history; elections not before ``date`` are ignored. Returns lines loaded."""
    if reading.fit.slots:
        workspace.execute("reading/faults_turned")
        workspace.execute("reading/turned_lines", date=date)
        workspace.execute("reading/ignored_turned", date=date)
        workspace.execute("reading/vote_history_turned", date=date)
        return int(workspace.connection.execute("SELECT count(*) FROM turned_lines").fetchall()[0][0])
    ignore_headers(workspace, reading)
    workspace.execute("reading/faults_typed")
    workspace.execute("reading/ignored_vote_history", date=date)
    refuse_day_first(workspace, reading)
    return grown(workspace, "vote_history", "reading/vote_history")


def ignore_headers(workspace: Workspace, reading: Reading) -> None:
    """Leave out header lines that stand among the data, where files were joined."""
    workspace.execute("reading/ignored_headers", header=header_of(reading, "voter_id"))


def refuse_day_first(workspace: Workspace, reading: Reading) -> None:
    """Refuse a file with many dates that only read with the day first: those that read both ways would be wrong.

    Raises
    ------
    InputRefused
        If there are as many; the message says how to declare them.
    """
    found = [
        *workspace.connection.execute(
            "SELECT column_name, count(*) AS lines, min(line) FROM faults WHERE reason = $1 GROUP BY ALL", [DAY_FIRST]
        ).fetchall(),
        *((column, cells, line) for column, why, cells, line in lost_cells(workspace, reading) if why == DAY_FIRST),
    ]
    found.sort(key=lambda row: (-row[1], row[0]))
    if found and found[0][1] >= 3 and found[0][1] > _MOST_DAY_FIRST * reading.lines_in:
        column, lines, first = found[0]
        raise InputRefused(
            f"{reading.name}, line {first:,}, column {header_of(reading, column)}: {lines:,} dates have the day"
            " first, so those that read both ways cannot be trusted. Declare the column's formats, such as"
            f' ["%d/%m/%Y"], in {reading.layout.place}. Nothing was loaded.'
        )


def lost_cells(workspace: Workspace, reading: Reading) -> list[tuple[str, str, int, int]]:
    """Return column, reason, cells and first line of what was left empty, for it cannot be read; the most first."""
    columns = [column for column in soft(reading.table) if column in reading.columns]
    if not columns:
        return []
    of_each = " UNION ALL ".join(
        f"SELECT {literal(column)} AS name, {column}_lost AS reason, line FROM typed WHERE {column}_lost IS NOT NULL"  # noqa: S608
        for column in columns
    )
    return workspace.connection.execute(
        f"SELECT name, reason, count(*) AS cells, min(line) FROM ({of_each})"  # noqa: S608
        " WHERE line NOT IN (SELECT line FROM faults) AND line NOT IN (SELECT line FROM ignored)"
        " GROUP BY ALL ORDER BY cells DESC, name, reason"
    ).fetchall()


def note_lost_cells(workspace: Workspace, reading: Reading) -> None:
    """Say how many cells of sound lines were left empty, for they cannot be read."""
    lost = lost_cells(workspace, reading)
    if not lost:
        return
    listed = "; ".join(
        f"column {header_of(reading, column)}: {reason} ({cells:,}, first at line {line:,})"
        for column, reason, cells, line in lost[:5]
    )
    cells, most = sum(row[2] for row in lost), max(row[2] for row in lost)
    what = "1 cell that cannot be read is" if cells == 1 else f"{cells:,} cells that cannot be read are"
    remedy = f" Declare what they hold in {reading.layout.place}." if most > MANY_LOST * reading.lines_in else ""
    workspace.note(
        "cells not read",
        f"{reading.name}: {what} left empty, and their lines are kept: {listed}.{remedy}",
        severity="warning" if remedy else "note",
    )


def note_strangers(workspace: Workspace) -> None:
    """Record how many voters of the history the voter file lacks."""
    row = workspace.query("reading/vote_history_strangers").row(0, named=True)
    if row["strangers"]:
        workspace.note(
            "vote history",
            f"{row['strangers']:,} of {row['everyone']:,} voters in the vote history are not in the voter file"
            f" ({row['records']:,} records).",
            severity="warning" if row["strangers"] > 0.5 * row["everyone"] else "note",
        )


def grown(workspace: Workspace, table: str, statement: str, **binds: object) -> int:
    """Run an INSERT from ``sql/`` and return by how many rows the table grew."""
    count = f"SELECT count(*) FROM {table}"  # noqa: S608 - a constant of the caller
    before = workspace.connection.execute(count).fetchall()[0][0]
    workspace.execute(statement, **binds)
    return int(workspace.connection.execute(count).fetchall()[0][0] - before)
