"""Coded columns: the file's spellings to the canonical words. One that no one mapped refuses the file."""

import polars as pl

from turnout.errors import InputRefused
from turnout.reading.canonical import FIELDS
from turnout.reading.layouts import code_key
from turnout.reading.source import Reading
from turnout.workspace import Workspace

#: Unknown codes of a voter-level table above which they are taken for something else, and not printed.
_MOST_CODES = 20
_SCHEMA = {"raw": pl.String, "canonical": pl.String}


def resolve(workspace: Workspace, reading: Reading) -> None:
    """Make ``codes_<column>`` (raw, canonical) for each coded column of the table being read.

    Raises
    ------
    InputRefused
        If a value is neither mapped nor ignored by the layout.
    """
    fields = FIELDS[reading.table]
    coded = [column for column in fields if fields[column].kind == "code"]
    for column in coded:
        present = workspace.connection.execute(
            f"SELECT {column} AS raw, min(line) AS first_line, count(*) AS lines"  # noqa: S608 - of FIELDS
            f" FROM typed WHERE {column} IS NOT NULL GROUP BY raw ORDER BY first_line"
        ).fetchall()
        known = reading.layout.spellings(column)
        unknown = [row for row in present if code_key(row[0]) not in known]
        if unknown:
            raise InputRefused(_refusal(reading, column, unknown))
        table = pl.DataFrame([(raw, known[code_key(raw)]) for raw, _, _ in present], schema=_SCHEMA, orient="row")
        with workspace.registered("incoming", table):
            workspace.connection.execute(f"CREATE OR REPLACE TEMP TABLE codes_{column} AS FROM incoming")


def _refusal(reading: Reading, column: str, unknown: list[tuple[str, int, int]]) -> str:
    (value, line, lines), others = unknown[0], unknown[1:]
    if reading.table != "results" and len(unknown) > _MOST_CODES:
        return (
            f"{reading.name}, line {line:,}, column {column}: {len(unknown):,} values that are no known code. "
            "The columns may be shifted; the values are not repeated here, for they may be names. Nothing was loaded."
        )
    header = next((n for n in reading.header if n.lower().strip() in reading.layout.columns[column].names), column)
    more = ""
    if others:
        shown = ", ".join(f"{raw[:40]!r} ({count:,})" for raw, _, count in others[:5])
        more = f" Also {shown}{', …' if len(others) > 5 else ''}."
    rows = "row" if lines == 1 else "rows"
    return (
        f"{reading.name}, line {line:,}, column {header}: unknown code {value[:60]!r} ({lines:,} {rows}).{more}"
        f" Map it under [codes.{column}] in the layout {reading.layout.name}, or list it in ignore."
        " Nothing was loaded."
    )
