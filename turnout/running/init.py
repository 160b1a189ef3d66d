"""A contest file written from the files of one contest, with a layout beside it for each header that is not known."""

import contextlib
import datetime as dt
import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from turnout.errors import InputRefused, UsageError
from turnout.reading import codes, decode, delimited, files, suggest
from turnout.reading import filling as filling_tables
from turnout.reading.canonical import CODED
from turnout.reading.catalogue import Catalogue, UnknownFile
from turnout.reading.source import Reading
from turnout.reading.suggest import Suggestion
from turnout.workspace import Workspace, placed, remove_unplaced, scratch

CONTEST = "contest.toml"


@dataclass
class Found:
    """One file, and what it was taken for.

    Attributes
    ----------
    key : under which of ``[inputs]`` it goes
    suggestion : the mapping that was suggested for an unknown header
    codes : coded column -> canonical value -> spellings, of such a file
    unknown : coded column -> spellings that say nothing plain
    """

    path: Path
    layout: str
    title: str
    key: str
    state: str = ""
    date: dt.date | None = None
    suggestion: Suggestion | None = None
    codes: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unknown: dict[str, list[str]] = field(default_factory=dict)


class _SeenError(Exception):
    """Enough of a file was seen."""


def run(paths: Sequence[Path], directory: Path, *, force: bool = False) -> tuple[Path, list[Found]]:
    """Find out what files are, and write ``contest.toml`` and the layouts it needs into a directory.

    Raises
    ------
    UsageError
        If a file does not exist, or what would be written is there already.
    InputRefused
        If it cannot be told what a file is.
    """
    target = directory / CONTEST
    remove_unplaced(directory, (CONTEST,))
    if target.exists() and not force:
        raise UsageError(f"{target}: is there already. Name another --output, or replace it with --force.")
    catalogue = Catalogue.load(sorted((directory / "layouts").glob("*.toml")))
    with scratch("init") as workspace, filling_tables(workspace):
        found = [_find(workspace, path, catalogue, workspace.directory) for path in paths]
    texts = {directory / "layouts" / f"{f.layout}.toml": _layout(f) for f in found if f.suggestion is not None}
    for path, text in texts.items():
        if path.exists() and not force and path.read_text(encoding="utf-8") != text:
            raise UsageError(f"{path}: is there already. Remove it, or replace it with --force.")
    for path, text in {**texts, target: _contest(found, directory)}.items():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with placed(path) as temporary:  # contest.toml last: once it is there, all is
            temporary.write_text(text, encoding="utf-8")
    return target, found


def _find(workspace: Workspace, path: Path, catalogue: Catalogue, staging: Path) -> Found:
    if not path.is_file():
        raise UsageError(
            f"{path}: {'a directory. Name its files' if path.is_dir() else 'no such file. Check the path'}."
        )
    try:
        return _look(workspace, path, catalogue, partial(_known, workspace, path))
    except UnknownFile as error:
        suggested = None if decode.magic(path).startswith(b"PAR1") else _suggested(path, staging)
        if suggested is None:
            raise InputRefused(
                f"{error} Nor do the columns' names and contents say enough to suggest a mapping: write a layout"
                " (docs/layouts.md) and put it in layouts/ beside the contest."
            ) from None
    found = Found(
        path, _name(path), "a mapping suggested from names and contents", suggested.table, suggestion=suggested
    )
    draft = staging / f"{found.layout}.toml"
    draft.write_text(_layout(found), encoding="utf-8")
    one = Catalogue.load([draft]).only(found.layout)
    return _look(workspace, path, one, partial(_with_codes, workspace, found))


def _look(workspace: Workspace, path: Path, catalogue: Catalogue, see: Callable[[Reading], Found]) -> Found:
    """Read a file as far as it takes to know what it is, see what is in it, and load nothing."""
    seen: list[Found] = []

    def stop(reading: Reading) -> None:
        seen.append(see(reading))
        raise _SeenError

    with contextlib.suppress(_SeenError):
        files.load(workspace, catalogue.identify, [path], lambda *_: 0, may_be_empty=True, observe=stop)
    return seen[0]


def _known(workspace: Workspace, path: Path, reading: Reading) -> Found:
    found = Found(path, reading.layout.name, reading.layout.title, _key(workspace, reading))
    prefix = reading.layout.name.split("-")[0]
    found.state = prefix.upper() if re.fullmatch("[a-z]{2}", prefix) else ""
    if found.key == "returns":
        found.date = _only(workspace, "election_date")
        found.state = str(_only(workspace, "upper(state)") or "")
    return found


def _key(workspace: Workspace, reading: Reading) -> str:
    """Under which of ``[inputs]`` a file goes; results of several elections are past ones."""
    if reading.table != "results":
        return reading.table
    dates = workspace.connection.execute("SELECT count(DISTINCT election_date) FROM typed").fetchall()[0][0]
    return "history" if dates > 1 else "returns"


def _only(workspace: Workspace, expression: str) -> Any:  # noqa: ANN401 - a cell
    rows = workspace.connection.execute(
        f"SELECT DISTINCT {expression} AS value FROM typed WHERE value IS NOT NULL LIMIT 2"  # noqa: S608
    ).fetchall()
    return rows[0][0] if len(rows) == 1 else None


def _suggested(path: Path, staging: Path) -> Suggestion | None:
    header, rows = delimited.peek(path, path.name, staging)
    if suggest.is_data(header):
        raise InputRefused(
            f"{path.name}, line 1: looks like a line of data, not of names (it is not repeated here). Add a header"
            " line, or write a layout that lists the columns under `header`. Nothing was written."
        )
    return suggest.suggest(header, rows)


def _with_codes(workspace: Workspace, found: Found, reading: Reading) -> Found:
    """Look through the whole file for the spellings of coded columns, and map those that are plain words."""
    for column, kind in CODED[reading.table].items():
        if not kind.values or not codes.is_closed(reading, column):
            continue
        for code in codes.present(workspace, reading, column):
            if code.canonical is not None:
                continue
            meant = suggest.meaning(column, code.raw)
            if meant is None:
                found.unknown.setdefault(column, []).append(code.raw)
            else:
                found.codes.setdefault(column, {}).setdefault(meant, []).append(code.raw)
    if reading.table == "results":
        found.key = _key(workspace, reading)
    return found


def _layout(found: Found) -> str:
    """Write the layout that was suggested for a file."""
    made = found.suggestion
    assert made is not None  # noqa: S101 - asked for such files only
    lines = [
        f"# Suggested by `turnout init` for {found.path.name}, from its columns' names and what stands in them.",
        "# Look it through, then: turnout check contest.toml",
        "",
        f"name = {_quoted(found.layout)}",
        f"table = {_quoted(made.table)}",
        f"title = {_quoted(f'{found.path.name}, mapped by turnout init')}",
        "",
        "[columns]",
    ]
    for column, theirs in made.columns.items():
        extra = (
            ", required = true"
            if column in ("voter_id", "last_name", "precinct", "candidate", "election_date")
            else ""
        )
        if formats := made.formats.get(column):
            extra += f", formats = [{', '.join(map(_quoted, formats))}]"
        lines.append(f"{column} = {{ names = [{_quoted(theirs)}]{extra} }}   # {made.why.get(column, '')}")
    for column, value in made.defaults.items():
        lines.append(f"{column} = {{ default = {_quoted(value)} }}   # in every line: no column was taken for it")
    for column, (theirs, full, empty) in made.filled.items():
        lines.append(
            f"{column} = {{ names = [{_quoted(theirs)}], filled = [{_quoted(full)}], default = {_quoted(empty)} }}"
            f"   # {full} where {theirs} has a value"
        )
    for names, what in (
        (made.unused, "Not used; map those that matter"),
        (made.votes_unused, "These may be votes, which are then missing"),
    ):
        lines += [f"# {what}: {', '.join(map(_quoted, names))}"] if names else []
    lines += _codes(found)
    return "\n".join(lines) + "\n"


def _codes(found: Found) -> list[str]:
    """Write what the codes of a suggested layout mean, and which are yours to say."""
    lines: list[str] = []
    for column in sorted({*found.codes, *found.unknown}):
        lines += ["", f"[codes.{column}]"]
        for meaning, spellings in found.codes.get(column, {}).items():
            lines.append(f"{meaning} = [{', '.join(map(_quoted, spellings))}]")
        unknown = found.unknown.get(column, [])
        if len(unknown) > codes.MOST_CODES:
            lines.append(f"# {len(unknown):,} values are no known codes: is this the right column?")
        elif unknown:
            lines.append(f"# Say what these mean, or list them in ignore: {', '.join(map(_quoted, unknown))}")
    return lines


def _contest(found: Sequence[Found], directory: Path) -> str:
    """Write the contest file."""
    dates = {f.date for f in found if f.date is not None}
    states = {f.state for f in found if f.state}
    date = f"date = {dates.pop()}" if len(dates) == 1 else "# date = 2017-06-06        # election day"
    state = f'state = "{states.pop()}"' if len(states) == 1 else '# state = "CA"'
    lines = [
        "# Written by `turnout init`. What the keys mean: docs/contest.md. Next: turnout check contest.toml",
        '# name = "US House 34"     # the contest to take from returns that hold several',
        date,
        state,
        '# kind = "special"         # general, primary, runoff, special or other',
        'output = "output"',
        "",
        "[inputs]",
    ]
    for key in ("returns", "voters", "vote_history", "ballots", "history"):
        those = [_quoted(os.path.relpath(f.path.resolve(), directory.resolve())) for f in found if f.key == key]
        if those:
            lines.append(f"{key} = [{', '.join(those)}]")
    if not any(f.key == "returns" for f in found):
        lines.append('# returns = ["returns.csv"]')
    return "\n".join(lines) + "\n"


def _name(path: Path) -> str:
    stem = path.name.lower().removesuffix(".gz").rsplit(".", 1)[0]
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "file"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
