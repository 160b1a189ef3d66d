"""Coded columns: the file's spellings to the canonical words. One that no one mapped refuses the file."""

from dataclasses import dataclass, replace

import polars as pl

from turnout.errors import InputRefused
from turnout.reading import masking
from turnout.reading.canonical import CODED
from turnout.reading.layouts import code_key
from turnout.reading.source import Reading
from turnout.workspace import Workspace

#: Unknown codes of a voter-level table above which they are taken for something else, and not printed.
MOST_CODES = 20
_SCHEMA = {"raw": pl.String, "canonical": pl.String}


@dataclass(frozen=True)
class Code:
    """One spelling in a coded column; ``canonical`` is None where no one mapped it, ``hidden`` its stand-in."""

    raw: str
    canonical: str | None
    lines: int
    first_line: int
    hidden: str = ""

    @property
    def shown(self) -> str:
        """The spelling as a message may have it: its shape, where it may name a voter."""
        return self.hidden or self.raw


def resolve(workspace: Workspace, reading: Reading) -> None:
    """Make ``codes_<column>`` (raw, canonical) for each coded column of the table being read.

    Raises
    ------
    InputRefused
        If the layout neither maps nor ignores a value, and too many lines have it to be kept as it is.
    """
    for column, kind in CODED[reading.table].items():
        found = present(workspace, reading, column)
        unknown = [code for code in found if code.canonical is None]
        if kind.values and unknown:
            share = sum(code.lines for code in unknown) / max(reading.lines_in, 1)
            if is_closed(reading, column) and share > kind.tolerated:
                raise InputRefused(_refusal(reading, column, unknown))
            if is_closed(reading, column):
                _note(workspace, reading, column, unknown)
        known = [(code.raw, code.canonical) for code in found if code.canonical is not None]
        with workspace.registered("incoming", pl.DataFrame(known, schema=_SCHEMA, orient="row")):
            workspace.connection.execute(f"CREATE OR REPLACE TEMP TABLE codes_{column} AS FROM incoming")


def is_closed(reading: Reading, column: str) -> bool:
    """Whether a spelling of the column that is not listed is an unknown code, and not just a word of the file."""
    kind = CODED[reading.table][column]
    return bool(kind.values) and (kind.tolerated == 0 or column in reading.layout.codes)


def present(workspace: Workspace, reading: Reading, column: str) -> list[Code]:
    """Return the spellings that a coded column of ``typed`` has, in the order of their first line.

    Of a column that may say anything, none where the layout gives them no names.
    """
    if not CODED[reading.table][column].values and column not in reading.layout.codes:
        return []
    rows = workspace.connection.execute(
        f"SELECT {column} AS raw, count(*) AS lines, min(line) AS first_line"  # noqa: S608 - of CODED
        f" FROM typed WHERE {column} IS NOT NULL GROUP BY raw ORDER BY first_line, raw"
    ).fetchall()
    header = header_of(reading, column)
    known = reading.layout.spellings(column)
    found = [Code(raw, known.get(code_key(raw)), lines, first) for raw, lines, first in rows if raw != header]
    return found if reading.table == "results" else _without_names(found)


def _without_names(found: list[Code]) -> list[Code]:
    """Hide unknown spellings in few lines that may name a voter."""
    doubtful = [code.raw for code in found if code.canonical is None and code.lines < masking.FEW]
    names = masking.likely(doubtful[: MOST_CODES + 1])  # of more than that, none is shown
    return [
        replace(code, hidden=f"{masking.masked(code.raw)} (a name or number?)") if code.raw in names else code
        for code in found
    ]


def header_of(reading: Reading, column: str) -> str:
    """Return what the file calls a canonical column; the canonical name where it has none."""
    positions = reading.fit.found.get(column, ())
    spec = reading.layout.columns.get(column)
    return (spec.joiner if spec else "-").join(reading.header[i] for i in positions) or column


def _note(workspace: Workspace, reading: Reading, column: str, unknown: list[Code]) -> None:
    shown = ", ".join(f"{code.shown[:40]!r} ({code.lines:,})" for code in unknown[:5])
    workspace.note(
        "unknown codes",
        f"{reading.name}, column {header_of(reading, column)}: {shown}{', …' if len(unknown) > 5 else ''} are no"
        f" known codes, and are kept as they are. Map them under [codes.{column}] in "
        f"{reading.layout.place}.",
        severity="warning",
    )


def _refusal(reading: Reading, column: str, unknown: list[Code]) -> str:
    first, others = unknown[0], unknown[1:]
    place = f"{reading.name}, line {first.first_line:,}, column {header_of(reading, column)}"
    if reading.table != "results" and len(unknown) > MOST_CODES:
        return (
            f"{place}: {len(unknown):,} values that are no known code. The columns may be shifted; the values are not"
            " repeated here, for they may be names. Nothing was loaded."
        )
    more = ""
    if others:
        shown = ", ".join(f"{code.shown[:40]!r} ({code.lines:,})" for code in others[:5])
        more = f" Also {shown}{', …' if len(others) > 5 else ''}."
    rows = "row" if first.lines == 1 else "rows"
    return (
        f"{place}: unknown code {first.shown[:60]!r} ({first.lines:,} {rows}).{more} Map it under [codes.{column}] in"
        f" {reading.layout.place}, or list it in ignore. Nothing was loaded."
    )
