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

from turnout.errors import InputRefused, in_words
from turnout.quoting import literal
from turnout.reading import canonical, casting, decode, elections, salvage
from turnout.reading.catalogue import Fit
from turnout.reading.source import Choose, Reading, Source
from turnout.workspace import Workspace

_NO_DELIMITER = "\x1f"  # of files of fixed width, whose lines are one value


def read(workspace: Workspace, source: Source, choose: Choose, staging: Path) -> Reading:
    """Read a delimited file into the table ``typed``; its bad lines go to ``faults``.

    ``typed`` has ``line``, every canonical column of the table, and ``fault`` (see :func:`canonical.query`);
    where elections stand side by side it has a row for each (see :mod:`turnout.reading.elections`).

    Raises
    ------
    InputRefused
        If the file is empty or its header lacks what every layout of the table requires.
    """
    text = decode.to_utf8(source, staging)
    fit = choose(source.name, _header(text, source.name), text.header).told_by(source.name)
    layout = fit.layout
    if text.odd and layout.encoding not in (None, text.fallback):
        text = decode.to_utf8(source, staging, layout.encoding or "")
    _note_decoding(workspace, text, source.name, fit.header)
    above = text.first if fit.has_header else text.first - 1  # lines above the first data line
    reading = Reading(
        name=source.name,
        table=layout.table,
        layout=layout,
        columns=frozenset(fit.found),
        header=fit.header,
        sha256=text.sha256,
        lines_in=text.lines - above,
        first_line=above + 1,
        text=text.path,
        fit=fit,
        source=source,
        form=_form(text, fit),
    )
    data = _Data(workspace, reading, fit, text, staging)
    if not (text.uniform and data.load_strictly()):
        data.load_salvaged(text.header if fit.has_header else "")
    if fit.slots:
        elections.turn(workspace, reading, fit)
    return reading


@dataclass
class _Data:
    """The data lines of one file, on their way into ``typed``."""

    workspace: Workspace
    reading: Reading
    fit: Fit
    text: decode.Text
    staging: Path

    @property
    def delimiter(self) -> str:
        """What parts a line."""
        layout = self.reading.layout
        return _NO_DELIMITER if layout.fixed else layout.delimiter or self.text.delimiter

    @property
    def view(self) -> str:
        """What the rows are called: of a file with elections side by side, they are yet to be turned."""
        return "source_rows" if self.fit.slots else "typed"

    def load_strictly(self) -> bool:
        """Load the file as it is; False if a line is not sound or lines and records do not pair up."""
        assert self.reading.text is not None  # noqa: S101 - a delimited file has text
        try:
            self._load(
                self.reading.text,
                skip=self.reading.first_line - 1,
                quoted=self.reading.layout.quoted,
            )
        except duckdb.Error:
            return False
        return self._records() == self.reading.lines_in

    def load_salvaged(self, header: str) -> None:
        """Put the file in order first, then load it."""
        target = self.staging / "salvaged.txt"
        salvaged = salvage.Salvage(self.reading, self.delimiter, self.fit.width, header)
        salvaged.run(target)
        try:
            self._load(target, skip=0, quoted=True)
        except duckdb.Error as error:
            if in_words(error) is not None:  # the machine's fault, not the file's
                raise
            problem = str(error).splitlines()[0].replace(f"{self.staging}/current.csv", self.reading.name)
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

    def _load(self, text: Path, *, skip: int, quoted: bool) -> None:
        """Parse and cast in one pass, and show the rows with their line numbers as ``typed``."""
        link = self.staging / "current.csv"  # without the characters DuckDB would take for a pattern
        link.unlink(missing_ok=True)
        link.symlink_to(text.resolve())
        layout = self.reading.layout
        columns = ", ".join(f"c{i}: 'VARCHAR'" for i in range(self.fit.width))
        quote = """quote = '"', escape = '"'""" if quoted else "quote = '', escape = ''"
        lines = (
            f"read_csv($file, auto_detect = false, header = false, skip = {skip},"
            f" delim = {literal(self.delimiter)}, {quote}, strict_mode = true,"
            f" nullstr = '', allow_quoted_nulls = true, null_padding = false, columns = {{{columns}}})"
        )
        if self.fit.slots:
            wanted = ", ".join(f"c{i}" for i in ([0] if layout.fixed else self.fit.used))
            query = f"SELECT {wanted} FROM {lines}"  # noqa: S608
        else:
            is_padded = self.text.padded or bool(layout.fixed)
            query = canonical.query(layout, self.fit.sources(), lines, is_padded=is_padded)
        casting.keep(self.workspace, query, self.reading.first_line, view=self.view, file=str(link))

    def _set_aside(self, numbers: list[int]) -> None:
        """Leave out of ``typed`` the rows of lines that hold no record."""
        self.workspace.append("set_aside", pl.DataFrame({"line": numbers}, schema={"line": pl.Int64}))
        self.workspace.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {self.view} AS SELECT r.rowid + {self.reading.first_line} AS line, r.*"  # noqa: S608
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


def _form(text: decode.Text, fit: Fit) -> dict[str, object]:
    """Return what the file looks like, in the words of ``turnout check``."""
    encoding = _NAMES.get(text.fallback, text.fallback) if text.odd else text.encoding.upper()
    separator = fit.layout.delimiter or text.delimiter
    named = "fixed width" if fit.layout.fixed else _SEPARATOR_NAMES.get(separator, separator)
    return {"encoding": encoding, "delimiter": named, "has_header": fit.has_header}


_SEPARATOR_NAMES = {",": "comma", "\t": "tab", "|": "pipe", ";": "semicolon"}


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


def peek(source: Source, staging: Path, count: int = 2000) -> tuple[list[str], list[list[str]]]:
    """Return the header of a delimited file and the values of some of its first lines, for a look at it.

    Raises
    ------
    InputRefused
        If the file is empty or no text.
    """
    text = decode.to_utf8(source, staging)
    header = _header(text, source.name)
    rows: list[list[str]] = []
    with text.path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number > text.first + count:
                break
            values = salvage.parse(line.rstrip(b"\r\n"), text.delimiter)[0] if number > text.first else None
            if values:
                rows.append(values)
    return header, rows
