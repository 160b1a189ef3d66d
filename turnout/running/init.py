"""A contest file written from the files of one contest, with a layout beside it for each header that is not known."""

import contextlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from turnout import addresses
from turnout.errors import InputRefused, UsageError
from turnout.reading import codes, columnar, decode, delimited, draft, files, sketch, source, structured, suggest
from turnout.reading import filling as filling_tables
from turnout.reading.canonical import CODED
from turnout.reading.catalogue import Catalogue, UnknownFile
from turnout.reading.draft import Draft
from turnout.reading.found import Found, Refused, Seen, Told, completed, keys
from turnout.reading.sketch import NamelessFile
from turnout.reading.source import Reading, Source
from turnout.reading.voters import lost_cells
from turnout.running.progress import Progress, silent
from turnout.storage import placed, remove_unplaced
from turnout.vocabulary import MODES
from turnout.workspace import Workspace, scratch

CONTEST = "contest.toml"
_ORDER = ("returns", "voters", "vote_history", "ballots", "history")


class _SeenError(Exception):
    """Enough of a file was seen."""


def run(
    paths: Sequence[Path],
    directory: Path,
    *,
    told: Told = Told(),  # noqa: B008 - frozen
    layouts: Sequence[str] = (),
    force: bool = False,
) -> tuple[Path, Seen]:
    """Find out what files are, and write ``contest.toml`` and the layouts it needs into a directory.

    Raises
    ------
    UsageError
        If a file does not exist, or what would be written is there already.
    InputRefused
        If of no file it can be told what it is.
    """
    seen = look(paths, directory, layouts=layouts, force=force)
    return write(seen, directory, completed(seen, told), force=force), seen


def look(
    paths: Sequence[Path],
    directory: Path,
    *,
    layouts: Sequence[str] = (),
    force: bool = False,
    progress: Progress = silent,
) -> Seen:
    """Find out what files are; one that cannot be used does not keep the others from being looked at.

    Parameters
    ----------
    layouts : names of layouts to read files by that could have several
    progress : called with the name of each file as its turn comes
    """
    target = directory / CONTEST
    remove_unplaced(directory, (CONTEST,))
    if target.exists() and not force:
        raise UsageError(f"{target}: is there already. Name another --output, or replace it with --force.")
    addresses.refuse(
        paths, "init looks into files on a disk. Copy them for that, and write the addresses into what it makes."
    )
    source.require(paths)
    catalogue = Catalogue.load(sorted((directory / "layouts").glob("*.toml")))
    named = [catalogue.only(name) for name in layouts]
    seen = Seen([])
    with scratch("init") as workspace, filling_tables(workspace):
        room = _Room(workspace, workspace.directory, catalogue, named)
        for path in paths:
            try:
                those = source.expand([path], files.members())
            except InputRefused as error:
                seen.refused.append(Refused(path.name, _nothing_written(error)))
                continue
            for file in those:
                progress(file.path.name)
                try:
                    seen.found.append(room.find(file))
                except InputRefused as error:
                    sketch = error.sketch if isinstance(error, NamelessFile) else None
                    seen.refused.append(Refused(file.name, _nothing_written(error), sketch))
    if not seen.found and not any(refused.sketch for refused in seen.refused):
        raise InputRefused(" ".join(refused.why for refused in seen.refused) + " Nothing was written.")
    return seen


def write(seen: Seen, directory: Path, told: Told, *, force: bool = False) -> Path:
    """Write the contest file, the drafted layouts, and those that are to be completed.

    Raises
    ------
    UsageError
        If a layout is there already, or a name cannot be written.
    InputRefused
        If there is no file to name in a contest; the layouts to complete are then written all the same.
    """
    drafts = {file.drafted.name: file.drafted for file in seen.found if file.drafted is not None}
    texts = {directory / "layouts" / f"{name}.toml": made.text() for name, made in drafts.items()}
    sketches = [refused.sketch for refused in seen.refused if refused.sketch is not None]
    texts |= {directory / "layouts" / f"{made.name}.toml.sketch": made.text for made in sketches}
    for path in texts:
        if path.exists() and not force:
            raise UsageError(f"{path}: is there already. Remove it, or replace it with --force.")
    target = directory / CONTEST
    contest = {target: _contest(seen, directory, told)} if seen.found else {}
    for path, text in {**texts, **contest}.items():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with placed(path) as temporary:  # contest.toml last: once it is there, all is
                temporary.write_text(text, encoding="utf-8")
        except UnicodeEncodeError:
            raise UsageError("A file's name is no UTF-8, and cannot be written down. Rename it.") from None
    if not seen.found:
        raise InputRefused(" ".join(refused.why for refused in seen.refused))
    return target


@dataclass
class _Room:
    """Where files are looked at, and the layouts drafted so far."""

    workspace: Workspace
    scratch: Path
    catalogue: Catalogue
    named: list[Catalogue]
    drafts: list[Draft] = field(default_factory=list)

    def find(self, file: Source) -> Found:
        """Say what a file is.

        Raises
        ------
        InputRefused
            If it cannot be told, or the file cannot be used.
        """
        try:
            return self._look(file, self.catalogue, self._known)
        except UnknownFile as error:
            unknown = error
        for catalogue in self.named:
            with contextlib.suppress(UnknownFile):
                return replace(self._look(file, catalogue, self._known), read_as=True)
        made = self._drafted(file, unknown)
        path = self.scratch / f"{made.name}.toml"
        path.write_text(made.text(), encoding="utf-8")
        seen = self._look(file, Catalogue.load([path]).only(made.name), lambda reading: self._mapped(made, reading))
        if made not in self.drafts:
            self.drafts.append(made)
        return seen

    def _look(self, file: Source, catalogue: Catalogue, see: Callable[[Reading], Found]) -> Found:
        """Read a file as far as it takes to know what it is, see what is in it, and load nothing."""
        seen: list[Found] = []

        def stop(reading: Reading) -> None:
            if not reading.lines_in and reading.table in ("voters", "results"):
                raise InputRefused(f"{reading.name}: a header without any row. Fetch it again.")
            seen.append(see(reading))
            raise _SeenError

        with contextlib.suppress(_SeenError):
            files.load(self.workspace, catalogue.identify, [file], lambda *_: 0, may_be_empty=True, observe=stop)
        return seen[0]

    def _known(self, reading: Reading) -> Found:
        layout = reading.layout
        prefix = layout.name.split("-")[0]
        state = prefix.upper() if re.fullmatch("[a-z]{2}", prefix) else ""
        found = Found(reading.source, layout.name, layout.title, reading.table, reading.table, state)
        return self._of_results(found, reading) if reading.table == "results" else found

    def _of_results(self, found: Found, reading: Reading) -> Found:
        dates = [day for (day,) in self._rows("SELECT DISTINCT election_date FROM typed ORDER BY 1") if day]
        states = [state for (state,) in self._rows("SELECT DISTINCT upper(state) FROM typed") if state]
        return replace(
            found,
            key="returns" if reading.layout.says_modes else "release",
            dates=tuple(dates),
            state=states[0] if len(states) == 1 else "",
        )

    def _rows(self, sql: str) -> list[tuple]:  # type: ignore[type-arg]
        return self.workspace.connection.execute(sql).fetchall()

    def _drafted(self, file: Source, unknown: UnknownFile) -> Draft:
        """Return the layout drafted for files of this header, or draft one."""
        packed = decode.magic(file.file).startswith(b"PAR1")
        if not packed and structured.is_structured(file):
            raise unknown
        header, rows = (columnar if packed else delimited).peek(file, self.scratch)
        for made in self.drafts:
            if made.header == tuple(header):
                return made
        name = _free(_name(file.name), {layout.name for layout in self.catalogue.layouts})
        lines = [row[0] for row in rows if len(row) == 1]
        if 10 * len(lines) > 9 * len(rows) and sketch.is_fixed(lines):
            wide = sketch.widths(lines)
            parted = [[line[at : at + width] for at, width in _places(wide)] for line in lines]
            raise sketch.refusal(file.name, name, sketch.draw(file.name, name, parted, wide), fixed=True)
        if suggest.is_data(header, rows):
            raise sketch.refusal(file.name, name, sketch.draw(file.name, name, [header, *rows]), fixed=False)
        made_of = suggest.suggest(header, rows)
        if made_of is None or made_of.missing:
            raise InputRefused(_no_mapping(file.name, unknown, made_of))
        taken = {made.name for made in self.drafts} | {layout.name for layout in self.catalogue.layouts}
        return Draft(_free(_name(file.name), taken), file.name, tuple(header), made_of)

    def _mapped(self, made: Draft, reading: Reading) -> Found:
        """Look through the whole file for the spellings of coded columns, and map those that are plain words."""
        for column, kind in CODED[reading.table].items():
            if not kind.values or not codes.is_closed(reading, column):
                continue
            present = codes.present(self.workspace, reading, column)
            for code in present:
                if code.canonical is None:
                    meaning = suggest.meaning(column, code.raw)
                    made.add_code(column, code.shown if meaning is None else code.raw, meaning)
            said = [c for c in present if c.canonical is not None or suggest.meaning(column, c.raw)]
            if present and not said and column == ("status" if reading.table == "ballots" else ""):
                raise InputRefused(
                    f"{reading.name}: might be ballots, but of the {len(present):,} values in column"
                    f" {codes.header_of(reading, column)!r} none is plainly a ballot's status. If it is one, write a"
                    " layout that says what they mean (docs/layouts.md)."
                )
        self._check_fit(reading)
        if reading.table != "results":
            self._leave_unread(made.made, reading)
        title = "a mapping suggested from names and contents"
        found = Found(reading.source, made.name, title, reading.table, reading.table, drafted=made)
        return self._of_results(found, reading) if reading.table == "results" else found

    def _check_fit(self, reading: Reading) -> None:
        """Refuse a mapping by which most lines cannot be read."""
        bad = self._rows(
            "SELECT split_part(fault, ': ', 1), count(*) FROM typed WHERE fault IS NOT NULL"
            " GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        if bad and 2 * sum(lines for _, lines in bad) > reading.lines_in:
            column = str(bad[0][0])
            raise InputRefused(
                f"{reading.name}: would be {reading.table.replace('_', ' ')} by its columns' names, but in"
                f" {bad[0][1]:,} of {reading.lines_in:,} lines column {codes.header_of(reading, column)!r} cannot be"
                f" read as {column}. Write a layout that says what it holds (docs/layouts.md)."
            )

    def _leave_unread(self, made: suggest.Suggestion, reading: Reading) -> None:
        """Take out of a mapping what most lines hold something else in, if a line can do without it."""
        for column, _, cells, _ in lost_cells(self.workspace, reading):
            if column in made.columns and 2 * cells > reading.lines_in:
                made.unused = (*made.unused, made.columns.pop(column))


def _no_mapping(name: str, unknown: UnknownFile, made: suggest.Suggestion | None) -> str:
    """Say why no mapping is suggested, and what would help."""
    if made is None:
        return (
            f"{name}, line 1: no layout knows this file, nor do the columns' names and contents say enough to suggest"
            f" a mapping{unknown.columns}. Name the columns as docs/layouts.md has them, or write a layout."
        )
    lacking = ", ".join(made.missing)
    return (
        f"{name}, line 1: looks like {made.table.replace('_', ' ')}, but no column was found for {lacking}"
        f"{unknown.columns}. Rename the column to {made.missing[0]}, or write a layout (docs/layouts.md)."
    )


def _contest(seen: Seen, directory: Path, told: Told) -> str:
    """Write the contest file."""
    inputs: dict[str, list[str]] = {}
    rest: list[str] = []
    for file in seen.found:
        path = os.path.relpath((file.file.file.resolve() / file.file.member), directory.resolve())
        for key in keys(file, told, seen.found):
            if key == "release":
                rest += _release(file, path, told)
            else:
                inputs.setdefault(key, []).append(path)
    if not any(file.table == "results" for file in seen.found):
        rest.append('# returns = ["returns.csv"]')
    rest += [f"# left out: {draft.quoted(refused.name)}" for refused in seen.refused]
    fields = {
        "date": None if told.date is None else told.date.isoformat(),
        "state": draft.quoted(told.state) if told.state else None,
        "kind": draft.quoted(told.kind) if told.kind else None,
    }
    read_as = {file.table: file.layout for file in seen.found if file.read_as}
    return draft.contest(fields, {key: inputs[key] for key in _ORDER if key in inputs}, read_as, rest)


def _release(file: Found, path: str, told: Told) -> list[str]:
    """Write a release, to be completed where it is not said how its votes were cast."""
    mark = "" if told.counts else "# "
    return [
        "",
        f"# {draft.quoted(file.file.name)} says how many votes there are, not how they were cast:"
        f" {', '.join(MODES)}.",
        *([] if told.counts else ["# Say it, and take the marks away:"]),
        f"{mark}[[inputs.release]]",
        f"{mark}file = {draft.quoted(path)}",
        f"{mark}counts = {draft.quoted(told.counts or 'mail')}",
    ]


def _nothing_written(error: InputRefused) -> str:
    return str(error).removesuffix("Nothing was loaded.").rstrip()


def _places(widths: Sequence[int]) -> list[tuple[int, int]]:
    """Return where columns of some widths start, and their widths."""
    return [(sum(widths[:i]), width) for i, width in enumerate(widths)]


def _name(name: str) -> str:
    stem = name.lower().removesuffix(".gz").rsplit(".", 1)[0]
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "file"


def _free(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken."""
    return next(free for n in range(1, len(taken) + 2) if (free := name if n == 1 else f"{name}-{n}") not in taken)
