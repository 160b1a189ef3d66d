"""The voter file and the history of who voted when."""

import datetime as dt

from turnout.reading.source import Reading
from turnout.workspace import Workspace


def fill_voters(workspace: Workspace, reading: Reading) -> int:
    """Load one voter file; a voter ID seen before is refused. Returns lines loaded."""
    workspace.execute("reading/faults_typed")
    workspace.execute("reading/faults_duplicate_voters")
    is_first = workspace.connection.execute("SELECT count(*) FROM voters").fetchall() == [(0,)]
    if not is_first or reading.text is None:
        return grown(workspace, "voters", "reading/voters")
    workspace.execute("reading/voters_sound", first_line=reading.first_line)
    workspace.execute("reading/voters_adopt")
    return int(workspace.connection.execute("SELECT count(*) FROM voters").fetchall()[0][0])


def fill_vote_history(workspace: Workspace, _: Reading, date: dt.date | None) -> int:
    """Load one vote history; elections not before ``date`` are ignored. Returns lines loaded."""
    workspace.execute("reading/faults_typed")
    workspace.execute("reading/ignored_vote_history", date=date)
    return grown(workspace, "vote_history", "reading/vote_history")


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
