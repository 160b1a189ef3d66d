"""Delimited text into the table ``typed``, knowing the physical line of every record.

DuckDB reads the file strictly, in parallel; the row number is then the line number, provided that no record spans
lines and none was blank, which the count of physical lines proves. Any other file is first put in order by
:mod:`turnout.reading.salvage`, which keeps every line in its place.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from turnout.errors import InputRefused
from turnout.reading import canonical, decode, layouts, salvage
from turnout.reading.source import Reading, Source
from turnout.workspace import Workspace


def read(workspace: Workspace, source: Source, table: str, staging: Path) -> Reading:
    """Read a delimited file into the table ``typed``; its bad lines go to ``faults``.

    ``typed`` has ``line``, every canonical column of ``table``, and ``fault`` (see :func:`canonical.select_list`).

    Raises
    ------
    InputRefused
        If the file is empty or its header lacks what every layout of the table requires.
    """
    text = decode.to_utf8(source, staging)
    header = _header(text, source.name)
    layout, found = layouts.choose(table, source.name, header)
    if text.odd and layout.encoding not in (None, text.fallback):
        text = decode.to_utf8(source, staging, layout.encoding or "")
    layout = layout.told_by(source.name)
    header = list(layout.header) or header
    _note_decoding(workspace, text, source.name, header)
    above = text.first - 1 if layout.header else text.first  # lines above the first data line
    reading = Reading(
        name=source.name,
        table=table,
        layout=layout,
        columns=frozenset(found),
        header=header,
        sha256=text.sha256,
        lines_in=text.lines - above,
        first_line=above + 1,
        text=text.path,
    )
    data = _Data(workspace, reading, found, text, staging)
    if not (text.uniform and data.load_strictly()):
        data.load_salvaged("" if layout.header else text.header)
    return reading


@dataclass
class _Data:
    """The data lines of one file, on their way into ``typed``."""

    workspace: Workspace
    reading: Reading
    found: dict[str, int]
    text: decode.Text
    staging: Path

    def load_strictly(self) -> bool:
        """Load the file as it is; False if a line is not sound or lines and records do not pair up."""
        assert self.reading.text is not None  # noqa: S101 - a delimited file has text
        try:
            self._load(self.reading.text, skip=self.reading.first_line - 1)
        except duckdb.Error:
            return False
        return self._records() == self.reading.lines_in

    def load_salvaged(self, header: str) -> None:
        """Put the file in order first, then load it."""
        target = self.staging / "salvaged.txt"
        salvaged = salvage.Salvage(self.reading, self.text.delimiter, len(self.reading.header), header)
        salvaged.run(target)
        try:
            self._load(target, skip=0)
        except duckdb.Error as error:
            problem = str(error).splitlines()[0]
            raise InputRefused(f"{self.reading.name}: cannot be parsed ({problem}). Nothing was loaded.") from None
        if (records := self._records()) != salvaged.records:
            raise InputRefused(
                f"{self.reading.name}: {salvaged.records:,} lines were put in order and {records:,} records read."
                " Quote every value, or save the file as Parquet. Nothing was loaded."
            )
        if salvaged.set_aside:
            self._set_aside(salvaged.set_aside)
        faults = pl.DataFrame(salvaged.faults, schema={"line": pl.Int64, "reason": pl.String}, orient="row")
        self.workspace.append("faults", faults)

    def _load(self, text: Path, *, skip: int) -> None:
        """Parse and cast in one pass, and show the rows with their line numbers as ``typed``."""
        link = self.staging / "current.csv"  # without the characters DuckDB would take for a pattern
        link.unlink(missing_ok=True)
        link.symlink_to(text.resolve())
        columns = ", ".join(f"c{i}: 'VARCHAR'" for i in range(len(self.reading.header)))
        source = {column: (f"c{i}", "VARCHAR") for column, i in self.found.items()}
        typed = canonical.select_list(
            self.reading.table, self.reading.layout.columns, source, is_padded=self.text.padded
        )
        execute = self.workspace.connection.execute
        execute("DROP VIEW IF EXISTS typed")
        execute(
            f"CREATE OR REPLACE TABLE cast_rows AS SELECT {typed}"  # noqa: S608
            f" FROM read_csv($file, auto_detect = false, header = false, skip = {skip},"
            f""" delim = {canonical.literal(self.text.delimiter)}, quote = '"', escape = '"', strict_mode = true,"""
            f" nullstr = '', allow_quoted_nulls = true, null_padding = false, columns = {{{columns}}})",
            {"file": str(link)},
        )
        # A table's row id is the row's number in the file: insertion order is preserved.
        execute(
            f"CREATE TEMP VIEW typed AS SELECT rowid + {self.reading.first_line} AS line, * FROM cast_rows"  # noqa: S608
        )

    def _set_aside(self, numbers: list[int]) -> None:
        """Leave out of ``typed`` the rows of lines that hold no record."""
        self.workspace.append("set_aside", pl.DataFrame({"line": numbers}, schema={"line": pl.Int64}))
        self.workspace.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW typed AS SELECT r.rowid + {self.reading.first_line} AS line, r.*"  # noqa: S608
            f" FROM cast_rows r ANTI JOIN set_aside a ON a.line = r.rowid + {self.reading.first_line}"
        )

    def _records(self) -> int:
        return int(self.workspace.connection.execute("SELECT count(*) FROM cast_rows").fetchall()[0][0])


def _header(text: decode.Text, name: str) -> list[str]:
    """Column names of the header line."""
    if not text.header:
        raise InputRefused(f"{name}: the file is empty. Fetch it again. Nothing was loaded.")
    if "\x00" in text.header:
        raise InputRefused(
            f"{name}, line {text.first}: holds NUL bytes, so it is no text. Save it as UTF-8. Nothing was loaded."
        )
    values, problem = salvage.parse(text.header.encode(), text.delimiter)
    if values is None:
        raise InputRefused(
            f"{name}, line {text.first}: the header has {problem}. Mend that line. Nothing was loaded."
        )
    return [value.strip() for value in values]


_NAMES = {"cp1252": "Windows-1252", "cp437": "cp437 (DOS)"}


def _note_decoding(workspace: Workspace, text: decode.Text, name: str, header: list[str]) -> None:
    """Say what could not be decoded, by column."""
    if text.odd:
        codec = _NAMES.get(text.fallback, text.fallback)
        lacking = f"; {_by_column(text.unmapped, header)} that this has no sign for" if text.unmapped else ""
        workspace.note(
            "encoding",
            f"{name}: {text.odd_lines:,} of {text.lines:,} lines are not UTF-8. Characters read as {codec}:"
            f" {_by_column(text.odd, header)}{lacking}.",
        )
    if text.lost:
        workspace.note(
            "encoding",
            f"{name}: characters that were lost before the file came here (U+FFFD): {_by_column(text.lost, header)}.",
            severity="warning",
        )
    if text.nuls:
        workspace.note("encoding", f"{name}: {text.nuls:,} NUL bytes were read as spaces.", severity="warning")


def _by_column(counts: Counter[int], header: list[str]) -> str:
    """Write counts by column name, the most first."""
    named = [(header[i][:40] if i < len(header) else "past the last column", n) for i, n in counts.most_common()]
    shown = ", ".join(f"{count:,} in {column}" for column, count in named[:5])
    return shown + (f", {sum(n for _, n in named[5:]):,} elsewhere" if len(named) > 5 else "")
