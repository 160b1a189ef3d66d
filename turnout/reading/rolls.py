"""The voter file, the vote history and the ballots, each read anew only where what it follows from has changed."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import duckdb

from turnout import reuse
from turnout.addresses import Address
from turnout.contest import Inputs
from turnout.reading import ballots, files, source, voters
from turnout.reading.catalogue import Catalogue, companion
from turnout.reading.source import Choose, Reading
from turnout.workspace import Workspace

#: Units of :mod:`turnout.reuse`, and the table that each fills.
VOTERS: Final = "voters"
HISTORY: Final = "vote_history"
BALLOTS: Final = "ballots"
#: What was found of voters in the history whom the voter file lacks: findings, and no table.
_STRANGERS: Final = "strangers"
#: Note of a unit of voters whose files hold vote history, too.
_COMPANIONS: Final = "holds vote history"

Stamp = tuple[tuple[int, int, int], ...]


def fill(
    workspace: Workspace, inputs: Inputs, catalogue: Catalogue, date: dt.date | None, load: Callable[..., Any]
) -> None:
    """Fill ``voters`` and ``vote_history``, from the files or from what the last run made of the same.

    Parameters
    ----------
    date : of the election; the history of it and of later ones is left out
    load : what reads the files of one table; with another than :func:`files.load` nothing is taken over
    """
    if load is not files.load:
        _read_history(workspace, inputs, catalogue, date, load, _read_voters(workspace, inputs, catalogue, load))
        return
    connection = workspace.connection
    before = stamp((*inputs.voters, *inputs.vote_history))
    _drop_unknown(connection, {VOTERS: inputs.voters, HISTORY: inputs.vote_history})
    hashes: dict[Path | Address, str] = {}  # of files that were read
    given = _given(inputs)

    @cache
    def of_voters() -> str:
        return reuse.key(VOTERS, *_basis(connection, inputs, VOTERS, given, hashes))

    def of_history() -> str:
        basis = _basis(connection, inputs, HISTORY, given, hashes)
        return reuse.key(HISTORY, *basis, str(date), of_voters() if has_companions else "")

    has_companions = bool(reuse.held(connection, VOTERS, of_voters))
    if has_companions and reuse.held(connection, HISTORY, of_history) is None:
        reuse.drop(connection, VOTERS)  # its files are to be read again for the history in them
    read: list[Reading] = []
    if not reuse.taken(connection, VOTERS, of_voters):
        with reuse.recorded(connection, VOTERS, of_voters, ("voters",)) as noted:
            read = _read_voters(workspace, inputs, catalogue, load)
            hashes |= _hashes(read)
            has_companions = any(companion(catalogue, reading.fit) for reading in read)
            if has_companions:
                noted.append(_COMPANIONS)
    if not reuse.taken(connection, HISTORY, of_history):
        with reuse.recorded(connection, HISTORY, of_history, ("vote_history",)):
            hashes |= _hashes(_read_history(workspace, inputs, catalogue, date, load, read))
    if stamp((*inputs.voters, *inputs.vote_history)) != before:  # written while it was read: the key is of neither
        reuse.disown(connection, (VOTERS, HISTORY))


def fill_ballots(workspace: Workspace, inputs: Inputs, choose: Choose, load: Callable[..., Any]) -> None:
    """Fill ``ballot_events`` and ``ballots``, from the files or from what the last run made of the same."""

    def read() -> None:
        load(workspace, choose, inputs.ballots, ballots.fill, may_be_empty=True)
        ballots.rebuild(workspace)

    connection = workspace.connection
    of_voters = reuse.standing(connection, (VOTERS,)) if load is files.load else None
    if of_voters is None:
        read()
        return
    before = stamp(inputs.ballots)
    _drop_unknown(connection, {BALLOTS: inputs.ballots})
    given = _given(inputs)

    @cache
    def key() -> str:
        return reuse.key(BALLOTS, *_basis(connection, inputs, BALLOTS, given, {}), of_voters)

    if not reuse.taken(connection, BALLOTS, key):
        with reuse.recorded(connection, BALLOTS, key, ("ballot_events", "ballots")):
            read()
    if stamp(inputs.ballots) != before:
        reuse.disown(connection, (BALLOTS,))


def note_strangers(workspace: Workspace) -> None:
    """Record how many voters of the history the voter file lacks, once for the same files."""
    found = reuse.standing(workspace.connection, (VOTERS, HISTORY))
    key = None if found is None else reuse.key(_STRANGERS, found)
    reuse.once(workspace.connection, _STRANGERS, key, (), lambda: voters.note_strangers(workspace))


def _read_voters(
    workspace: Workspace, inputs: Inputs, catalogue: Catalogue, load: Callable[..., Any]
) -> list[Reading]:
    read: list[Reading] = load(workspace, partial(catalogue.choose, "voters"), inputs.voters, voters.fill_voters)
    return read


def _read_history(
    workspace: Workspace,
    inputs: Inputs,
    catalogue: Catalogue,
    date: dt.date | None,
    load: Callable[..., Any],
    read: Sequence[Reading],
) -> list[Reading]:
    """Read the files of vote history, which are returned, and the history that stands in the voter files."""
    fill_history = partial(voters.fill_vote_history, date=date)
    choose = partial(catalogue.choose, "vote_history")
    histories: list[Reading] = load(workspace, choose, inputs.vote_history, fill_history, may_be_empty=True)
    own = [reading for reading in read if reading.source.path not in inputs.vote_history]
    load_companions(workspace, catalogue, own, fill_history, load)
    return histories


def load_companions(
    workspace: Workspace,
    catalogue: Catalogue,
    read: Sequence[Reading],
    fill_history: Callable[[Workspace, Reading], int],
    load: Callable[..., Any],
) -> None:
    """Read the vote history that stands in the voter files themselves."""
    for reading in read:
        layout = companion(catalogue, reading.fit)
        if layout is None:
            continue
        if not layout.codes.get("mode") and layout.elections is not None and not layout.elections.joined:
            workspace.note(
                "vote history not read",
                f"{reading.name}: holds past elections, but what their codes mean is not the same in every file."
                f" Declare it under [codes.mode] in a layout named {layout.name} that extends {layout.name}.",
                severity="warning",
            )
            continue
        chosen = partial(Catalogue(catalogue.own, {"vote_history": layout.name}).choose, "vote_history")
        load(workspace, chosen, [reading.source], fill_history, may_be_empty=True)


def _given(inputs: Inputs) -> tuple[str, ...]:
    """Return the hashes of the contest's own layouts."""
    return tuple(reuse.content(path) for path in inputs.layouts)


def _drop_unknown(connection: duckdb.DuckDBPyConnection, units: Mapping[str, Sequence[Path | Address]]) -> None:
    """Drop units that follow from an object of which no hash is known: it has changed, or was never fetched.

    It is fetched to be read, and hashed then; to hash it first would fetch it twice.
    """
    for unit, paths in units.items():
        found = [each.whole for each in source.expand(paths, files.members())]
        if any(isinstance(each, Address) and reuse.remembered(connection, each) is None for each in found):
            reuse.drop(connection, unit)


def _content(connection: duckdb.DuckDBPyConnection, path: Path | Address) -> str:
    """Return the hash of a file, or of an object that was fetched."""
    if isinstance(path, Path):
        return reuse.content(path)
    known = reuse.remembered(connection, path)
    if known is None:
        raise ValueError(f"{path}: was not fetched")
    return known


def _basis(
    connection: duckdb.DuckDBPyConnection,
    inputs: Inputs,
    table: str,
    given: Sequence[str],
    hashes: Mapping[Path | Address, str],
) -> tuple[object, ...]:
    """Return what the rows of a table follow from, beside the code: files in order, layouts, how they are read.

    Parameters
    ----------
    given : hashes of the layouts
    hashes : those of the files that are known; the others are hashed
    """
    found = source.expand(getattr(inputs, table), files.members())
    of_each = {each.whole: hashes.get(each.whole) for each in found}
    of_each |= {path: _content(connection, path) for path, known in of_each.items() if known is None}
    return (
        [(each.name, each.member, of_each[each.whole]) for each in found],
        given,
        inputs.read_as.get(table, ""),  # type: ignore[call-overload]
    )


def _hashes(read: Iterable[Reading]) -> dict[Path | Address, str]:
    """Return the hashes of files as they were read; that of a member of a zip is not the zip's."""
    return {reading.source.whole: reading.sha256 for reading in read if not reading.source.member}


def stamp(paths: Iterable[Path | Address]) -> Stamp:
    """Return what tells a file that was written meanwhile; an object is fetched in one version, or not at all."""
    those = (each.path for each in source.expand(paths, files.members()))
    found = dict.fromkeys(path for path in those if isinstance(path, Path))
    return tuple((stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in (path.stat() for path in found))
