"""Other people's files become the canonical tables: sniff, decode, map, cast, quarantine, reconcile."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from turnout import resources, reuse
from turnout.addresses import Address, located
from turnout.contest import Contest
from turnout.errors import TurnoutError
from turnout.reading import (
    crosswalk,
    files,
    past_crosswalk,
    releases,
    results,
    rolls,
    source,
    totals,
)
from turnout.reading.catalogue import Catalogue
from turnout.reading.results import Asked
from turnout.reading.source import Reading
from turnout.workspace import Workspace

__all__ = ["completed", "fill", "filling", "load", "load_history", "load_past"]

#: What DuckDB may keep in memory while reading; the rest it keeps on disk. More is hardly faster.
_MEMORY = "1GB"
_FILLED = (
    *("voters", "vote_history", "ballot_events", "ballots", "results", "losses"),
    *("rejects", "reconciliation", "findings"),
)


def load(workspace: Workspace, contest: Contest) -> None:
    """Fill the canonical tables from the contest's files.

    Fills ``voters``, ``vote_history``, ``ballot_events``, ``ballots``, ``results`` (returns and, with ``is_past``,
    history), ``rejects``, ``reconciliation`` and ``findings``. The returns are read first: where the contest does not
    say them, their date and state decide which of the past may be looked at.

    Raises
    ------
    UsageError
        If a file is missing.
    InputRefused
        If a file cannot be used. The tables are then left empty.
    """
    contest = source.pinned(contest, files.members())
    source.require(contest.inputs.paths())
    with filling(workspace):
        fill(workspace, contest, files.load)


def load_past(workspace: Workspace, contest: Contest) -> None:
    """Add the contest's past results to tables that :func:`load` filled from a contest without any.

    Raises
    ------
    InputRefused
        If a file cannot be used. The tables are then left empty.
    """
    with filling(workspace):
        _fill_past(workspace, contest, completed(workspace, contest), files.load)


def completed(workspace: Workspace, contest: Contest) -> Contest:
    """Return the contest with the date and state that its returns tell, where it does not say them itself."""
    told = workspace.connection.execute(
        "SELECT DISTINCT election_date, nullif(state, '') FROM results WHERE NOT is_past"
    ).fetchall()
    (date, *dates), (state, *states) = ({row[place] for row in told} - {None} or {None} for place in (0, 1))
    return contest.model_copy(
        update={
            "date": contest.date or (None if dates else date),
            "state": contest.state or ("" if states else state or ""),
        }
    )


def load_history(
    workspace: Workspace, paths: Sequence[Path | Address], crosswalk: Path | Address | None = None
) -> None:
    """Fill ``results`` with past elections alone, of every state and date the files hold.

    Parameters
    ----------
    crosswalk : the user's list of what past precincts became

    Raises
    ------
    UsageError
        If a file is missing.
    InputRefused
        If a file cannot be used. The tables are then left empty.
    """
    asked = Asked(Contest(), date=None, state=None, is_past=True, of_any_state=True)
    with filling(workspace):
        choose = partial(Catalogue().choose, "results")
        files.load(workspace, choose, [located(path) for path in paths], partial(results.fill, asked=asked))
        totals.settle(workspace, is_past=True)
        past_crosswalk.load(workspace, crosswalk and located(crosswalk))


@contextlib.contextmanager
def filling(workspace: Workspace) -> Iterator[None]:
    """Make ready to read, and leave the tables empty where an input is refused."""
    files.sweep(workspace)
    workspace.execute("reading/place_macros")
    workspace.execute("reading/prepare")
    # Compressing harder costs more time than it saves in a database that lives for one run.
    workspace.connection.execute("PRAGMA force_compression = 'dictionary'")
    workspace.connection.execute(f"SET memory_limit = '{_MEMORY}'")
    try:
        yield
    except TurnoutError:
        reuse.withdraw(workspace.connection)
        workspace.connection.execute(resources.sql("schema"))
        for table in _FILLED:
            workspace.connection.execute(f"TRUNCATE {table}")
        raise
    finally:
        workspace.connection.execute("PRAGMA force_compression = 'auto'")
        workspace.connection.execute("RESET memory_limit")


Load = Callable[..., list[Reading]]
"""What reads files of one table: :func:`turnout.reading.files.load`, or one that goes on where a file is refused."""


def fill(workspace: Workspace, contest: Contest, load: Load) -> None:
    """Read the files of a contest in the order in which one needs another, by ``load``."""
    known = _fill_present(workspace, contest, load)
    _fill_past(workspace, contest, known, load)


def _fill_present(workspace: Workspace, contest: Contest, load: Load) -> Contest:
    """Read what is of this election. Returns the contest with what its returns tell of it."""
    inputs = contest.inputs
    catalogue = Catalogue.load(inputs.layouts, inputs.read_as)
    choose = {table: partial(catalogue.choose, table) for table in ("ballots", "results")}
    asked = Asked(contest, contest.date, contest.state.strip().upper() or None, is_past=False)
    releases.load(workspace, inputs.release, asked, partial(load, workspace, choose["results"]))
    load(workspace, choose["results"], inputs.returns, partial(results.fill, asked=asked))
    if inputs.returns or inputs.release:
        totals.settle(workspace, is_past=False)
    releases.expect(workspace, inputs.release)
    results.note_lost(workspace)

    known = completed(workspace, contest)
    rolls.fill(workspace, inputs, catalogue, known.date, load)
    rolls.fill_ballots(workspace, inputs, choose["ballots"], load)
    rolls.note_strangers(workspace)
    return known


def _fill_past(workspace: Workspace, contest: Contest, known: Contest, load: Load) -> None:
    inputs = contest.inputs
    past = Asked(contest, known.date, known.state.strip().upper() or None, is_past=True)
    choose = partial(Catalogue.load(inputs.layouts, inputs.read_as).choose, "results")
    load(workspace, choose, inputs.history, partial(results.fill, asked=past), may_be_empty=True)
    if inputs.history and known.date is None:
        workspace.note(
            "no date",
            "Neither the contest nor the returns say the election's date, so past results could not be limited to"
            " earlier elections.",
            severity="warning",
        )
    if inputs.history:
        totals.settle(workspace, is_past=True)
    past_crosswalk.load(workspace, inputs.past_crosswalk)
    crosswalk.apply(workspace, inputs.crosswalk)
