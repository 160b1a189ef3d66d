"""File layouts as data: which of a file's columns is which canonical column, and what its codes mean.

A layout is a TOML file in ``configs/layouts/``. Adding one takes no code.
"""

import contextlib
import datetime as dt
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from turnout import resources
from turnout.errors import InputRefused, UsageError
from turnout.reading.canonical import CODES, FIELDS
from turnout.vocabulary import MODES

#: Dates as American files write them; never day first. A layout may declare others for a column.
DATE_FORMATS = ("%m/%d/%Y", "%Y-%m-%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M:%S")

#: The key under ``[codes.<column>]`` for spellings whose rows say nothing (a voter who did not vote).
IGNORE = "ignore"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """Where a canonical column comes from."""

    names: tuple[str, ...] = Field(min_length=1)
    """Header names, in order of preference; case and outer spaces do not matter."""
    required: bool = False
    """Whether the file must have the column. Which values may be empty is the canonical table's business."""
    formats: tuple[str, ...] = DATE_FORMATS
    """Date formats to try in order (``strptime``); for dates only."""
    missing: tuple[str, ...] = ()
    """Values that stand for nothing, such as ``##/##/####``."""
    pad: int = Field(default=0, ge=0, le=32)
    """Width to fill with zeros on the left, for IDs that lost theirs."""
    default: str | None = None
    """Value of empty cells, or of every row where the column is absent."""


class Layout(_Strict):
    """One kind of file. ``table`` says what it fills; results are long (a ``mode`` column) or wide (one a mode)."""

    name: str
    table: Literal["voters", "vote_history", "ballots", "results"]
    title: str = ""
    source: str = ""
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    """Field separator; found from the header where empty."""
    encoding: str | None = None
    """A single-byte Python codec for bytes that are neither UTF-8 nor UTF-16; found from the bytes where empty."""
    member: str = ""
    """Which files of a zip are of this kind, by name or pattern, where it holds several."""
    header: tuple[str, ...] = ()
    """Column names of a file that has no header line."""
    file_name: str = ""
    """Pattern of the file's name, whose named groups are columns that the file itself lacks: its date, its county."""
    any_of: tuple[str, ...] = ()
    """Canonical columns of which the file must have at least one."""
    columns: dict[str, Column]
    codes: dict[str, dict[str, tuple[str, ...]]] = {}
    """Canonical value -> spellings, by coded column."""

    @model_validator(mode="after")
    def _canonical(self) -> Self:
        fields = FIELDS[self.table]
        if unknown := sorted({*self.columns, *self.any_of} - set(fields)):
            raise ValueError(f"{unknown[0]!r} is no column of {self.table}; they are {', '.join(fields)}")
        try:
            told = re.compile(self.file_name).groupindex
        except re.error as error:
            raise ValueError(f"file_name is no pattern: {error}") from None
        if unknown := sorted(set(told) - set(self.columns)):
            raise ValueError(f"file_name has a group {unknown[0]!r}, which is no column of the layout")
        for column, values in self.codes.items():
            if column not in CODES:
                raise ValueError(f"codes.{column} is no coded column; they are {', '.join(CODES)}")
            if wrong := sorted(set(values) - {IGNORE, *CODES[column]}):
                raise ValueError(f"codes.{column}.{wrong[0]}: the values are {', '.join(CODES[column])}, {IGNORE}")
        return self

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
                told[column] = _iso(value, self.columns[column].formats)
        columns = {
            column: spec.model_copy(update={"default": told.get(column, spec.default)})
            for column, spec in self.columns.items()
        }
        return self.model_copy(update={"columns": columns})

    def matches(self, header: list[str]) -> dict[str, int]:
        """Canonical column -> position in ``header``, for those the header has.

        Raises
        ------
        ValueError
            If two columns of the header could be the same one, and choosing would lose votes or voters.
        """
        keys = [header_key(name) for name in header]
        found: dict[str, int] = {}
        for column, spec in self.columns.items():
            hits = [i for name in spec.names for i, key in enumerate(keys) if key == header_key(name)]
            same_name = len(hits) > 1 and keys[hits[0]] == keys[hits[1]]
            if len(hits) > 1 and (same_name or column in MODES):
                raise ValueError(f"columns {header[hits[0]]!r} and {header[hits[1]]!r} both hold {column}")
            if hits:
                found[column] = hits[0]
        return found

    def lacks(self, found: dict[str, int]) -> list[str]:
        """Return the required columns that are not among those found."""
        missing = [c.names[0] for key, c in self.columns.items() if c.required and key not in found]
        if not missing and self.any_of and not set(self.any_of) & set(found):
            names = [self.columns[key].names[0] for key in self.any_of]
            missing.append("one of " + ", ".join(names))
        return missing

    def spellings(self, column: str) -> dict[str, str]:
        """Code key -> canonical value of a coded column; the canonical values stand for themselves."""
        own = {code_key(value): value for value in CODES[column]}
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
    """Read and validate a layout.

    Raises
    ------
    UsageError
        If it is no TOML, or has a key or value that does not belong.
    """
    try:
        return Layout.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "(top level)"
        raise UsageError(f"{path}: {key}: {first['msg']}.") from None


@cache
def shipped(table: str) -> tuple[Layout, ...]:
    """Return the layouts of a table, the generic ones last."""
    layouts = [read(path) for path in resources.listing("configs", "layouts/*.toml")]
    ordered = sorted(layouts, key=lambda layout: (layout.name.startswith("generic-"), layout.name))
    return tuple(layout for layout in ordered if layout.table == table)


def choose(table: str, source: str, header: list[str]) -> tuple[Layout, dict[str, int]]:
    """Choose the layout that knows most of a header's columns, and say where they are.

    Where none does and a layout without header line has as many columns, it is that one.

    Raises
    ------
    InputRefused
        If no layout finds all the columns it requires; the message is about the nearest.
    """
    best: tuple[tuple[int, int], Layout, dict[str, int]] | None = None
    for layout in shipped(table):
        if layout.header:
            continue
        try:
            found = layout.matches(header)
        except ValueError as error:
            raise InputRefused(f"{source}, line 1: {error}. Rename or remove one. Nothing was loaded.") from None
        rank = (-len(layout.lacks(found)), len(found))
        if best is None or rank > best[0]:
            best = rank, layout, found
    if best is None:  # a broken installation
        raise UsageError(f"configs/layouts: no layout for {table} is shipped.")
    _, layout, found = best
    if missing := layout.lacks(found):
        for bare in shipped(table):
            if bare.header and len(bare.header) == len(header):
                return bare, bare.matches(list(bare.header))
        raise InputRefused(_missing(source, layout, missing, header))
    return layout, found


def _missing(source: str, layout: Layout, missing: list[str], header: list[str]) -> str:
    known = {header_key(name) for spec in layout.columns.values() for name in spec.names}
    if layout.table != "results" and not known & {header_key(name) for name in header}:
        shown = "none of the known ones; the first line may be a voter's, and is not repeated"
    else:
        shown = ", ".join(repr(name[:40]) for name in header[:20]) + (", …" if len(header) > 20 else "")
    if layout.table == "results" and "votes" in {header_key(name) for name in header}:
        remedy = (
            "A total cannot be told apart by how it was cast: give votes by mode, in a column a mode"
            " (mail, early_voting, election_day, provisional) or in a column 'mode'."
        )
    else:
        remedy = f"Rename the column, or write a layout for this file (see configs/layouts/{layout.name}.toml)."
    columns = ", ".join(missing)
    return f"{source}, line 1: column {columns} is missing; the columns are {shown}. {remedy} Nothing was loaded."
