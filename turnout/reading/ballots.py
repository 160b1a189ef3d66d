"""Ballot events, and where each voter's ballot stands."""

from turnout.reading.source import Reading
from turnout.reading.voters import grown, ignore_headers, note_lost_cells, refuse_day_first
from turnout.workspace import Workspace


def fill(workspace: Workspace, reading: Reading) -> int:
    """Load one file of ballot events. Returns lines loaded."""
    ignore_headers(workspace, reading)
    workspace.execute("reading/ignored_ballots")
    if reading.layout.lines_are == "ballots":
        workspace.execute("reading/ignored_ballots_replaced")
    workspace.execute("reading/faults_typed")
    refuse_day_first(workspace, reading)
    note_lost_cells(workspace, reading)
    return grown(workspace, "ballot_events", "reading/ballot_events", source=reading.name)


def rebuild(workspace: Workspace) -> None:
    """Make ``ballots`` from the events, by the precedence that sql/reading/ballots.sql states."""
    workspace.execute("reading/ballots")
    row = workspace.query("reading/ballots_summary").row(0, named=True)
    if row["strangers"] and row["voters"]:
        workspace.note(
            "unmatched ballots",
            f"{row['strangers']:,} of {row['ballots']:,} voters with a ballot are not in the voter file;"
            f" {row['strangers_counted']:,} of those ballots were accepted, and count.",
            severity="warning" if row["strangers"] > 0.01 * row["ballots"] else "note",
        )
    if row["two_modes"]:
        workspace.note(
            "two ballots",
            f"{row['two_modes']:,} voters have accepted ballots of two modes; the one cast in person is kept.",
            severity="warning",
        )
