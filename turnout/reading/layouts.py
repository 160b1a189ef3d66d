"""File layouts as data: which of a file's columns is which canonical column, and what its codes mean.

A layout is a TOML file in ``configs/layouts/``, or in ``layouts/`` beside a contest. Adding one takes no code.
"""

import contextlib
import datetime as dt
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from turnout import resources
from turnout.errors import UsageError
from turnout.reading import patterns
from turnout.reading.canonical import CODED, DATE_FORMATS, FIELDS, IGNORE
from turnout.vocabulary import MODES

Table = Literal["voters", "vote_history", "ballots", "results"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """Where a canonical column comes from."""

    names: tuple[str, ...] = ()
    """Header names, in order of preference; case and outer spaces do not matter."""
    parts: tuple[tuple[str, ...], ...] = ()
    """Further columns (each a tuple of names) whose values are joined on: a precinct and its split."""
    joiner: str = "-"
    """What stands between joined values; empty values are left out."""
    alternatives: bool = False
    """Whether the first of them that is not empty is taken, in place of joining them."""
    filled: tuple[str, ...] = ()
    """What to take for a value that is not empty, by column: a date of return says ``returned``. Empty: itself."""
    required: bool = False
    """Whether the file must have the column. Which values may be empty is the canonical table's business."""
    formats: tuple[str, ...] | None = None
    """Date formats to try in order (``strptime``; ``excel``: a day number). For a year: of the date it stands in."""
    missing: tuple[str, ...] = ()
    """Values that stand for nothing, such as ``##/##/####``."""
    pad: int = Field(default=0, ge=0, le=32)
    """Width to fill with zeros on the left, for IDs that lost theirs."""
    start: int = Field(default=1, ge=1)
    """First character of the value that is meant; the first is 1."""
    length: int | None = Field(default=None, ge=1)
    """How many characters are meant; all that follow where empty."""
    default: str | None = None
    """Value of empty cells, or of every row where the column is absent."""
    yes: tuple[str, ...] = ()
    """For yes-or-no columns: what means yes, beside y, yes, true, 1 and x."""
    no: tuple[str, ...] = ()
    """What means no, beside n, no, false and 0; ``*``: anything else."""

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if not self.names and self.default is None:
            raise ValueError("a column needs names or a default")
        return self


class Elections(_Strict):
    """Elections that stand side by side in a voter's line, to be turned into a row each.

    They stand in a column an election (``columns``), in numbered groups of columns (``repeat``), or joined in one
    column (``joined``). What names an election is its label: the column's name, the value of the group's
    ``election`` column (else its number), or the piece of the joined text.
    """

    columns: tuple[str, ...] = ()
    """Patterns of the names of columns that hold how the voter voted, an election each."""
    repeat: dict[Literal["election", "election_date", "mode", "counted"], str] = {}
    """Names of numbered columns, ``{n}`` standing for the number."""
    joined: tuple[str, ...] = ()
    """Names of the one column that joins all elections."""
    separator: str = ";"
    dates: dict[str, dt.date] = {}
    """Election days by label, for labels that do not say them."""
    patterns: tuple[str, ...] = ()
    """Patterns that find the day in a label: a group ``date``, or a group ``year`` of a November general election."""
    formats: tuple[str, ...] = ("%m/%d/%Y", "%Y-%m-%d", "%Y_%m_%d", "%Y%m%d")
    """Formats of the group ``date``."""
    uncounted: tuple[str, ...] = ("0", "n", "no", "f", "false")
    """Values of a ``counted`` column that say the ballot did not count."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(map(bool, (self.columns, self.repeat, self.joined))) != 1:
            raise ValueError("elections stand in columns, repeat or joined: name one of the three")
        for pattern in (*self.columns, *self.patterns):
            patterns.checked(pattern)
        return self


class Layout(_Strict):
    """One kind of file. ``table`` says what it fills; results are long (a ``mode`` column) or wide (one a mode)."""

    name: str
    table: Table
    title: str = ""
    source: str = ""
    """Where the format is documented, or was seen."""
    confirmed: str = ""
    """What of it was seen there, and how."""
    unconfirmed: str = ""
    """What of it is not confirmed; ``turnout check`` says so."""
    known_by: tuple[str, ...] = ()
    """Column names that tell a file of this kind from others; all must be there (``A|B``: one of the two)."""
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """Field separator; found from the header where empty."""
    quoted: bool = True
    """Whether a double quote opens a value; False where it is a character like any other."""
    encoding: str | None = None
    """A single-byte Python codec for bytes that are neither UTF-8 nor UTF-16; found from the bytes where empty."""
    member: str = ""
    """Which files of a zip are of this kind, by name or pattern, where it holds several."""
    header: tuple[str, ...] = ()
    """Column names of a file that has no header line."""
    file_name: str = ""
    """Pattern of the file's name, whose named groups are columns that the file itself lacks: its date, its county."""
    optional: int = Field(default=0, ge=0)
    """How many of the last columns of ``header`` older files lack."""
    fixed: tuple[tuple[str, int], ...] = ()
    """Names and widths of the columns of a file of fixed width."""
    first_line: str = ""
    """Pattern of the beginning of the first line of a file without header, to tell it from others as wide."""
    lines_are: Literal["events", "ballots"] = "events"
    """Of ballots: whether a line is an event in a ballot's life, or a ballot as it stands, of which one may count."""
    any_of: tuple[str, ...] = ()
    """Canonical columns of which the file must have at least one."""
    masked: str = ""
    """Pattern of values that hide something (asterisks) and stand for nothing, in any column."""
    companion: str = ""
    """Layout that reads the vote history in the same file."""
    refuse: str = ""
    """Why a file of this kind, though known, cannot be used, and what to use instead."""
    aggregate: dict[Literal["county", "party", "returned"], tuple[str, ...]] = {}
    """Of ballots without voters: names of the columns to count by, and of the one that is filled by a return."""
    columns: dict[str, Column]
    codes: dict[str, dict[str, tuple[str, ...]]] = {}
    """Canonical value -> spellings, by coded column."""
    elections: Elections | None = None

    @model_validator(mode="after")
    def _canonical(self) -> Self:
        fields = FIELDS[self.table]
        if unknown := sorted({*self.columns, *self.any_of} - set(fields)):
            raise ValueError(f"{unknown[0]!r} is no column of {self.table}; they are {', '.join(fields)}")
        told = patterns.checked(self.file_name).groupindex
        patterns.checked(self.first_line)
        patterns.checked(self.masked)
        if unknown := sorted(set(told) - set(self.columns)):
            raise ValueError(f"file_name has a group {unknown[0]!r}, which is no column of the layout")
        coded = CODED[self.table]
        for column, values in self.codes.items():
            if column not in coded:
                raise ValueError(f"codes.{column} is no coded column of {self.table}; they are {', '.join(coded)}")
            known = coded[column].values
            if known and (wrong := sorted(set(values) - {IGNORE, *known})):
                raise ValueError(f"codes.{column}.{wrong[0]}: the values are {', '.join(known)}, {IGNORE}")
        if self.elections is not None and self.table != "vote_history":
            raise ValueError("elections are turned into vote_history only")
        return self

    @property
    def is_generic(self) -> bool:
        """Whether it is one of the layouts under canonical names, which any other is preferred to."""
        return self.name.startswith("generic-")

    @property
    def is_wide(self) -> bool:
        """Whether votes stand in one column a mode."""
        return bool(set(self.columns) & set(MODES))

    @property
    def says_modes(self) -> bool:
        """Whether results tell how their votes were cast."""
        return self.is_wide or "mode" in self.columns

    def told_by(self, file_name: str) -> Self:
        """Return the layout with what a file's name says as the defaults of its columns."""
        match = re.match(self.file_name, file_name, re.IGNORECASE) if self.file_name else None
        told = {column: value for column, value in (match.groupdict() if match else {}).items() if value}
        for column, value in told.items():
            if FIELDS[self.table][column].kind == "date":
                told[column] = _iso(value, self.columns[column].formats or DATE_FORMATS)
        columns = {
            column: spec.model_copy(update={"default": told.get(column, spec.default)})
            for column, spec in self.columns.items()
        }
        return self.model_copy(update={"columns": columns})

    @property
    def bare_header(self) -> tuple[str, ...]:
        """Column names of a file without header line, whether separated or of fixed width."""
        return self.header or tuple(name for name, _ in self.fixed)

    @property
    def place(self) -> str:
        """Where a user changes it: itself, or a layout of one's own that extends it."""
        return f"a layout that extends {self.name}" if self in shipped() else f"the layout {self.name}"

    def spellings(self, column: str) -> dict[str, str]:
        """Code key -> canonical value of a coded column; the canonical values stand for themselves."""
        own = {code_key(value): value for value in CODED[self.table][column].values}
        listed = self.codes.get(column, {})
        return own | {code_key(spelling): value for value, all_ in listed.items() for spelling in all_}


def _iso(value: str, formats: tuple[str, ...]) -> str | None:
    """Return a date in a file's name as an ISO date; None where it is none."""
    for form in formats:
        with contextlib.suppress(ValueError):
            return dt.datetime.strptime(value, form).date().isoformat()
    return None


def header_key(name: str) -> str:
    """Return a header name as compared: lower case, no outer spaces, single inner ones."""
    return " ".join(name.lower().split())


def code_key(value: str) -> str:
    """Return a code as compared: lower case, with runs of spaces, dashes, slashes and underscores as one space."""
    return re.sub(r"[\s_/-]+", " ", value.lower()).strip()


def read(path: Path) -> Layout:
    """Read and validate a layout; one with ``extends`` changes the shipped layout of that name.

    Raises
    ------
    UsageError
        If it is no TOML, or has a key or value that does not belong.
    """
    try:
        return Layout.model_validate(_fields(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}.") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "(top level)"
        raise UsageError(f"{path}: {key}: {first['msg']}.") from None


def _fields(path: Path) -> dict[str, Any]:
    own = tomllib.loads(path.read_text(encoding="utf-8"))
    base = own.pop("extends", None)
    if base is None:
        return own
    if not re.fullmatch(r"[a-z0-9-]+", str(base)):
        raise UsageError(f"{path}: extends: {base!r} is no layout's name.")
    return _merged(_fields(resources.find("configs", f"layouts/{base}.toml")), own)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return ``base`` with the keys of ``own``; tables are merged, anything else is replaced."""
    both = {key: _merged(base[key], own[key]) for key in base.keys() & own.keys() if isinstance(base[key], dict)}
    return base | own | both


@cache
def shipped() -> tuple[Layout, ...]:
    """Return every layout that comes with the package, by name."""
    return tuple(read(path) for path in resources.listing("configs", "layouts/*.toml"))
