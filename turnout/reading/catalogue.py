"""The layouts there are, and which of them a file has: by the names of its columns, or by how many it has."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from turnout.errors import InputRefused, UsageError
from turnout.reading import layouts
from turnout.reading.canonical import FIELDS
from turnout.reading.layouts import Layout, header_key
from turnout.vocabulary import MODES


class UnknownFile(InputRefused):
    """No layout finds all it requires in the file.

    Attributes
    ----------
    columns : what may be said of the file's columns, as the end of a sentence
    """

    def __init__(self, message: str, columns: str = "") -> None:
        super().__init__(message)
        self.columns = columns


class AggregateOnly(InputRefused):
    """A file of ballots that are no voter's: they can be counted, and not used.

    Attributes
    ----------
    layout, header : of the file
    """

    def __init__(self, message: str, layout: Layout, header: list[str]) -> None:
        super().__init__(message)
        self.layout, self.header = layout, header


@dataclass(frozen=True)
class Slot:
    """One election among those that stand side by side in a line: its label, and the columns that speak of it."""

    label: str
    columns: dict[str, int]


@dataclass(frozen=True)
class Fit:
    """A layout laid on a file's columns.

    Attributes
    ----------
    header : the file's column names; the layout's, where the file has no header line
    found : canonical column -> positions of the columns that its value is made of
    has_header : whether the first line holds names, not a voter
    slots : elections that stand side by side
    """

    layout: Layout
    header: list[str]
    found: dict[str, tuple[int, ...]]
    has_header: bool = True
    slots: tuple[Slot, ...] = ()

    def told_by(self, file_name: str) -> "Fit":
        """Return the fit of the layout with what a file's name says."""
        return replace(self, layout=self.layout.told_by(file_name))

    @property
    def width(self) -> int:
        """How many columns a line is parted into."""
        return 1 if self.layout.fixed else len(self.header)

    @property
    def used(self) -> list[int]:
        """Positions of the columns that are read, in order."""
        wanted = {i for positions in self.found.values() for i in positions}
        return sorted(wanted | {i for slot in self.slots for i in slot.columns.values()})

    def expression(self, position: int) -> str:
        """Return the SQL of a column's text as the reader makes it: ``c<position>``, or a piece of the line."""
        if not self.layout.fixed:
            return f"c{position}"
        widths = [width for _, width in self.layout.fixed]
        return f"substr(c0, {sum(widths[:position]) + 1}, {widths[position]})"

    def sources(self, types: Mapping[int, str] | None = None) -> dict[str, list[tuple[str, str]]]:
        """Canonical column -> (expression, SQL type) of its parts, for :func:`canonical.query`."""
        types = types or {}
        return {
            column: [(self.expression(i), types.get(i, "VARCHAR")) for i in positions]
            for column, positions in self.found.items()
        }


@dataclass(frozen=True)
class Catalogue:
    """The shipped layouts and those of one contest.

    Attributes
    ----------
    own : the contest's layouts, which win over shipped ones
    read_as : table -> name of the layout that every file of the table has, whatever it looks like
    """

    own: tuple[Layout, ...] = ()
    read_as: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, paths: Sequence[Path] = (), read_as: Mapping[Any, str] | None = None) -> "Catalogue":
        """Return the catalogue with the layout files of a contest.

        Raises
        ------
        UsageError
            If a layout is not valid, or ``read_as`` names one that there is not, or that is of another table.
        """
        catalogue = cls(tuple(layouts.read(path) for path in paths), dict(read_as or {}))
        for table, name in catalogue.read_as.items():
            if (layout := catalogue.named(name)).table != table:
                raise UsageError(f"read_as.{table}: the layout {name} is of {layout.table}.")
        return catalogue

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Every layout, the contest's own first; one of its own stands in for a shipped one of the same name."""
        names = {layout.name for layout in self.own}
        return (*self.own, *(layout for layout in layouts.shipped() if layout.name not in names))

    def named(self, name: str) -> Layout:
        """Return the layout of a name.

        Raises
        ------
        UsageError
            If there is none.
        """
        for layout in self.layouts:
            if layout.name == name:
                return layout
        known = ", ".join(layout.name for layout in self.layouts)
        raise UsageError(f"{name!r} is no layout. Those there are: {known}.")

    def only(self, name: str) -> "Catalogue":
        """Return a catalogue that reads every file by one layout."""
        layout = self.named(name)
        return Catalogue(self.own, {layout.table: name})

    def choose(self, table: str, source: str, header: list[str], first_line: str = "") -> Fit:
        """Choose the layout of a table that a file has.

        Of the layouts that find all they require, the contest's own come first, then those that know the file by
        signs; among these, the one that reads most of the columns, so that nothing a file says is left out; of two
        that read as many, that of a state or a vendor before a generic one. Where none does, a layout without header
        line that has as many columns.

        Raises
        ------
        InputRefused
            If no layout finds all the columns it requires (the message is about the nearest), or several files
            without header look like this one.
        """
        if name := self.read_as.get(table):
            return self._as(self.named(name), source, header, first_line)
        return self._best([layout for layout in self.layouts if layout.table == table], source, header, first_line)

    def identify(self, source: str, header: list[str], first_line: str = "") -> Fit:
        """Choose among the layouts of every table, to find out what kind of file it is."""
        if self.read_as:
            (name,) = self.read_as.values()
            return self._as(self.named(name), source, header, first_line)
        companions = {layout.companion for layout in self.layouts}
        among = [layout for layout in self.layouts if layout.name not in companions]
        try:
            return self._best(among, source, header, first_line)
        except UnknownFile:
            drifted = [layout for layout in among if layout.known_by and _is_known(layout, header)]
            if drifted:
                return self._best(drifted, source, header, first_line)
            shown = _columns(header, _names(self.layouts))
            raise UnknownFile(_unknown(source, shown), f"; {shown}") from None

    def _as(self, layout: Layout, source: str, header: list[str], first_line: str) -> Fit:
        fit = _by_name(layout, source, header)
        missing = lacks(fit)
        bare = layout.bare_header and (_is_as_wide(layout, header, first_line) or not fit.found)
        if bare and (missing or not fit.found):
            return _by_place(layout, header)
        if missing:
            raise UnknownFile(*_missing(source, layout, missing, header))
        return _usable(fit, source)

    def _best(self, among: list[Layout], source: str, header: list[str], first_line: str) -> Fit:
        own = {layout.name for layout in self.own}
        fits = [_by_name(layout, source, header) for layout in among if _is_known(layout, header)]
        ranked = sorted(
            fits,
            key=lambda fit: (
                -len(lacks(fit)),
                fit.layout.name in own,
                bool(fit.layout.known_by),
                len(fit.found) + len(fit.slots),
                not fit.layout.is_generic,
            ),
            reverse=True,
        )
        if ranked and not lacks(ranked[0]):
            return _usable(ranked[0], source)
        bare = [layout for layout in among if layout.bare_header and _is_as_wide(layout, header, first_line)]
        if len(bare) > 1:
            names = " or ".join(layout.name for layout in bare)
            raise UnknownFile(
                f"{source}: has no header line and may be {names}. Say which: `turnout check --layout`, `turnout init"
                " --layout`, or read_as under [inputs] of the contest. Nothing was loaded."
            )
        if bare:
            return _by_place(bare[0], header)
        nearest = max(ranked, key=lambda fit: (-len(lacks(fit)), len(fit.found)))
        raise UnknownFile(*_missing(source, nearest.layout, lacks(nearest), header))


def _usable(fit: Fit, source: str) -> Fit:
    if fit.layout.refuse:
        message = f"{source}: {fit.layout.title}. {fit.layout.refuse} Nothing was loaded."
        if fit.layout.aggregate:
            raise AggregateOnly(message, fit.layout, fit.header)
        raise InputRefused(message)
    return fit


def companion(catalogue: Catalogue, fit: Fit) -> Layout | None:
    """Return the layout that reads the vote history in a voter file, if the file holds any."""
    if not fit.layout.companion:
        return None
    layout = catalogue.named(fit.layout.companion)
    return layout if _slots(layout, fit.header) else None


def lacks(fit: Fit) -> list[str]:
    """Return the names of required columns that a layout did not find."""
    columns = fit.layout.columns
    missing = [
        c.names[0]
        for key, c in columns.items()
        if (c.required or (_tells(fit.layout.table, key) and c.default is None)) and c.names and key not in fit.found
    ]
    if not missing and fit.layout.any_of and not set(fit.layout.any_of) & set(fit.found):
        missing.append("one of " + ", ".join(columns[key].names[0] for key in fit.layout.any_of))
    if not missing and fit.layout.elections is not None and not fit.slots:
        missing.append("an election")
    return missing


def _tells(table: str, column: str) -> bool:
    """Whether a column tells whom or what a line is about, so that no file can do without it."""
    field = FIELDS[table][column]
    return field.needed and field.kind == "text"


def _is_known(layout: Layout, header: list[str]) -> bool:
    """Whether a header may be the layout's; one of files without header line is recognised by all of its names."""
    if layout.fixed:
        return False
    keys = {header_key(name) for name in header}
    needed = layout.known_by or layout.header[: len(layout.header) - layout.optional]
    return all(any(header_key(name) in keys for name in names.split("|")) for names in needed)


def _by_name(layout: Layout, source: str, header: list[str]) -> Fit:
    """Find a layout's columns by their names."""
    try:
        found = _found(layout, header)
    except ValueError as error:
        raise InputRefused(f"{source}, line 1: {error}. Rename or remove one. Nothing was loaded.") from None
    return Fit(layout, header, found, slots=_slots(layout, header))


def _by_place(layout: Layout, header: list[str]) -> Fit:
    """Find the columns of a file without header line by their place."""
    names = list(layout.bare_header)
    if layout.header:
        names = names[: max(len(header), len(names) - layout.optional)]
        names += [f"column {n}" for n in range(len(names) + 1, len(header) + 1)]
    return Fit(layout, names, _found(layout, names), has_header=False, slots=_slots(layout, names))


def _is_as_wide(layout: Layout, header: list[str], first_line: str) -> bool:
    if layout.first_line and not re.match(layout.first_line, first_line):
        return False
    if layout.fixed:
        return len(first_line) == sum(width for _, width in layout.fixed)
    return len(layout.header) - layout.optional <= len(header) <= len(layout.header)


def _found(layout: Layout, header: list[str]) -> dict[str, tuple[int, ...]]:
    """Return the positions of each canonical column's parts, for those the header has.

    Raises
    ------
    ValueError
        If two columns of the header could be the same one, and choosing would lose votes or voters.
    """
    keys = [header_key(name) for name in header]
    found: dict[str, tuple[int, ...]] = {}
    for column, spec in layout.columns.items():
        hits = [i for name in spec.names for i, key in enumerate(keys) if key == header_key(name)]
        same_name = len(hits) > 1 and keys[hits[0]] == keys[hits[1]]
        if len(hits) > 1 and (same_name or column in MODES):
            raise ValueError(f"columns {header[hits[0]]!r} and {header[hits[1]]!r} both hold {column}")
        if hits:
            parts = [
                [i for name in part for i, key in enumerate(keys) if key == header_key(name)] for part in spec.parts
            ]
            found[column] = (hits[0], *(part[0] for part in parts if part))
    return found


def _slots(layout: Layout, header: list[str]) -> tuple[Slot, ...]:
    """Find the elections that stand side by side."""
    elections = layout.elections
    if elections is None:
        return ()
    keys = {header_key(name): i for i, name in reversed(list(enumerate(header)))}
    if elections.columns:
        patterns = [re.compile(pattern, re.IGNORECASE) for pattern in elections.columns]
        return tuple(
            Slot(name.strip(), {"mode": i})
            for i, name in enumerate(header)
            if any(pattern.fullmatch(name.strip()) for pattern in patterns)
        )
    if elections.joined:
        hits = [keys[header_key(name)] for name in elections.joined if header_key(name) in keys]
        return (Slot("", {"election": hits[0]}),) if hits else ()
    slots = []
    for number in range(1, 201):
        names = {role: header_key(name.replace("{n}", str(number))) for role, name in elections.repeat.items()}
        columns: dict[str, int] = {role: keys[key] for role, key in names.items() if key in keys}
        if len(columns) == len(names):
            slots.append(Slot(str(number), columns))
    return tuple(slots)


def _names(layouts: Sequence[Layout]) -> set[str]:
    """Return every column name that layouts know, as compared."""
    return {header_key(name) for layout in layouts for spec in layout.columns.values() for name in spec.names}


def _unknown(source: str, columns: str) -> str:
    return (
        f"{source}, line 1: no layout knows this file; {columns}. Say what it is with --layout,"
        " or let `turnout init` write a layout for it. Nothing was loaded."
    )


def _columns(header: list[str], names: set[str]) -> str:
    """Write a header for a message; not where it may be a voter's line."""
    known = sum(header_key(name) in names for name in header)
    if 2 * known < len(header) and not _are_names(header):
        return "the columns are none of the known ones; the first line may be a voter's, and is not repeated"
    return (
        "the columns are " + ", ".join(repr(name[:40]) for name in header[:20]) + (", …" if len(header) > 20 else "")
    )


#: Words that columns are called by, and people are not.
_OF_COLUMNS = re.compile(
    r"(?<![a-z])(names?|id|num|number|nbr|date|dt|dob|code|cd|desc|description|address|addr|zip|phone|email|precincts?|pct"
    r"|candidate|choice|contest|votes?|ballots?|party|gender|sex|status|district|type|method|mode|registered)(?![a-z])"
)


def _are_names(header: list[str]) -> bool:
    """Whether a first line is plainly one of column names: several such words, no long number, nothing twice."""
    given = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() for name in header if name.strip()]
    worded = sum(bool(_OF_COLUMNS.search(name)) for name in given)
    return worded >= 2 and 3 * worded >= len(given) and not any(re.search(r"\d{3}", name) for name in given)


def _missing(source: str, layout: Layout, missing: list[str], header: list[str]) -> tuple[str, str]:
    """Return what to say of a file that lacks columns, and what of its columns may be said."""
    names = _names([layout])
    shown = _columns(header, names | ({header_key(header[0])} if layout.table == "results" else set()))
    if layout.table == "results" and "votes" in {header_key(name) for name in header}:
        remedy = (
            "A total cannot be told apart by how it was cast: give votes by mode, in a column a mode"
            " (mail, early_voting, election_day, provisional) or in a column 'mode'."
        )
    else:
        remedy = (
            f"Rename the column, let `turnout init` write a layout for this file, or write one"
            f" (see configs/layouts/{layout.name}.toml)."
        )
    columns = ", ".join(missing)
    return f"{source}, line 1: column {columns} is missing; {shown}. {remedy} Nothing was loaded.", f"; {shown}"
