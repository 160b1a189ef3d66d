"""The voter file and the history of who voted when."""

import datetime as dt

from turnout.errors import InputRefused
from turnout.reading.canonical import DAY_FIRST
from turnout.reading.codes import header_of
from turnout.reading.source import Reading
from turnout.workspace import Workspace

#: Share of a file's lines with a date that only reads with the day first, above which no date of it can be trusted.
_MOST_DAY_FIRST = 0.01


def fill_voters(workspace: Workspace, reading: Reading) -> int:
    """Load one voter file; a voter ID seen before is refused. Returns lines loaded."""
    ignore_headers(workspace, reading)
    workspace.execute("reading/ignored_voters")
    workspace.execute("reading/faults_typed")
    workspace.execute("reading/faults_duplicate_voters")
    refuse_day_first(workspace, reading)
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
    found = workspace.connection.execute(
        "SELECT column_name, count(*) AS lines, min(line) FROM faults WHERE reason = $1 GROUP BY column_name"
        " ORDER BY lines DESC",
        [DAY_FIRST],
    ).fetchall()
    if found and found[0][1] >= 3 and found[0][1] > _MOST_DAY_FIRST * reading.lines_in:
        column, lines, first = found[0]
        raise InputRefused(
            f"{reading.name}, line {first:,}, column {header_of(reading, column)}: {lines:,} dates have the day"
            " first, so those that read both ways cannot be trusted. Declare the column's formats, such as"
            f' ["%d/%m/%Y"], in {reading.layout.place}. Nothing was loaded.'
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
