"""Delimited text into the table ``typed``, knowing the physical line of every record.

DuckDB reads the file strictly, in parallel; the row number is then the line number, provided that no record spans
lines and none was blank, which the count of physical lines proves. Any other file is first put in order by
:func:`_salvage`: sound records are copied with their line number as a last field, the others are quarantined.
"""

import csv
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import duckdb
import polars as pl

from turnout.errors import InputRefused
from turnout.reading import canonical, decode, elections
from turnout.reading.catalogue import Fit
from turnout.reading.source import Choose, Reading
from turnout.workspace import Workspace

_DELIMITERS = (",", "\t", "|", ";")
_NO_DELIMITER = "\x1f"  # of files of fixed width, whose lines are one value
_LONGEST_RECORD = 20  # lines
_LONGEST_LINE = 1_000_000  # bytes; DuckDB's limit is 2,000,000


def read(workspace: Workspace, path: Path, name: str, choose: Choose, staging: Path) -> Reading:
    """Read a delimited file into the temporary table ``typed``; its bad lines go to ``faults``.

    ``typed`` has ``line``, every canonical column of the table, and ``fault`` (see :func:`canonical.select_list`);
    where elections stand side by side it has a row for each (see :mod:`turnout.reading.elections`).

    Raises
    ------
    InputRefused
        If the file is empty or its header lacks what every layout of the table requires.
    """
    text = decode.to_utf8(path, staging, name)
    first, header_line = _first_line(text.path)
    delimiter, header = _header(header_line, name, first)
    fit = choose(name, header, header_line)
    layout = fit.layout
    if layout.encoding is not None:
        text = decode.to_utf8(path, staging, name, layout.encoding)
    _note_decoding(workspace, text, name)
    above = first if fit.has_header else first - 1  # lines above the first data line
    reading = Reading(
        name=name,
        table=layout.table,
        layout=layout,
        columns=frozenset(fit.found),
        header=fit.header,
        sha256=text.sha256,
        lines_in=text.lines - above,
        first_line=above + 1,
        text=text.path,
        fit=fit,
        path=path,
        form=_form(text, delimiter, fit),
    )
    data = _Data(workspace, reading, fit, _NO_DELIMITER if layout.fixed else layout.delimiter or delimiter, staging)
    if not (text.uniform and data.load_strictly()):
        data.load_salvaged()
    if fit.slots:
        elections.turn(workspace, reading, fit)
    return reading


@dataclass
class _Data:
    """The data lines of one file, on their way into ``typed``."""

    workspace: Workspace
    reading: Reading
    fit: Fit
    delimiter: str
    staging: Path

    def load_strictly(self) -> bool:
        """Load the file as it is; False if a line is not sound or lines and records do not pair up."""
        assert self.reading.text is not None  # noqa: S101 - a delimited file has text
        self._link(self.reading.text)
        try:
            self._load(skip=self.reading.first_line - 1, numbered=False)
        except duckdb.Error:
            return False
        return self._records() == self.reading.lines_in

    def load_salvaged(self) -> None:
        """Put the file in order first, then load it."""
        target = self.staging / "salvaged.txt"
        salvage = _Salvage(self.reading, self.delimiter, self.fit.width)
        with target.open("wb") as out:
            salvage.run(out)
        self._link(target)
        try:
            self._load(skip=0, numbered=True)
        except duckdb.Error as error:
            problem = str(error).splitlines()[0]
            raise InputRefused(f"{self.reading.name}: cannot be parsed ({problem}). Nothing was loaded.") from None
        if self._records() != salvage.kept:
            raise InputRefused(
                f"{self.reading.name}: {salvage.kept} sound records were found and {self._records()} read."
                " Quote every value, or save the file as Parquet. Nothing was loaded."
            )
        faults = pl.DataFrame(salvage.faults, schema={"line": pl.Int64, "reason": pl.String}, orient="row")
        self.workspace.append("faults", faults)

    def _link(self, target: Path) -> None:
        """Give the file a name without the characters DuckDB would take for a pattern."""
        link = self.staging / "current.csv"
        link.unlink(missing_ok=True)
        link.symlink_to(target.resolve())

    def _load(self, *, skip: int, numbered: bool) -> None:
        """Parse and cast in one pass, and show the rows with their line numbers as ``typed``."""
        last = self.fit.width
        columns = ", ".join(f"c{i}: 'VARCHAR'" for i in range(last + numbered))
        layout = self.reading.layout
        turned = bool(self.fit.slots)
        if turned:
            wanted = ", ".join(f"c{i}" for i in ([0] if layout.fixed else self.fit.used))
        else:
            wanted = canonical.select_list(layout, self.fit.sources())
        number = f"CAST(c{last} AS BIGINT) AS line, " if numbered else ""
        # A salvaged file is quoted by us.
        quote = """quote = '"', escape = '"'""" if layout.quoted or numbered else "quote = '', escape = ''"
        execute = self.workspace.connection.execute
        execute(
            f"CREATE OR REPLACE TEMP TABLE cast_rows AS SELECT {number}{wanted}"  # noqa: S608
            f" FROM read_csv($file, auto_detect = false, header = false, skip = {skip},"
            f" delim = {canonical.literal(self.delimiter)}, {quote}, strict_mode = true,"
            f" null_padding = false, columns = {{{columns}}})",
            {"file": str(self.staging / "current.csv")},
        )
        # A table's row id is the row's number in the file: insertion order is preserved.
        line = "" if numbered else f"rowid + {skip + 1} AS line, "
        view = "source_rows" if turned else "typed"
        execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {line}* FROM cast_rows")  # noqa: S608

    def _records(self) -> int:
        return int(self.workspace.connection.execute("SELECT count(*) FROM cast_rows").fetchall()[0][0])


@dataclass
class _Salvage:
    """Copies sound records with their line number appended, and says what is wrong with the others."""

    reading: Reading
    delimiter: str
    fields: int
    kept: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    def run(self, out: IO[bytes]) -> None:
        """Go through the data lines of the reading's text once."""
        assert self.reading.text is not None  # noqa: S101 - a delimited file has text
        separator = self.delimiter.encode()
        with self.reading.text.open("rb") as file:
            lines = _Lines(file, self.reading.first_line)
            while (numbered := lines.take()) is not None:
                number, line = numbered
                if not line.strip():
                    self.reading.ignored["blank lines"] += 1
                elif len(line) > _LONGEST_LINE:
                    self.faults.append((number, f"longer than {_LONGEST_LINE:,} bytes"))
                elif not self.reading.layout.quoted:
                    self._keep_unquoted(out, number, line, separator)
                elif _is_plain(line, separator, self.fields):
                    self._keep(out, number, line)
                else:
                    self._mend(out, number, line, lines)

    def _keep(self, out: IO[bytes], number: int, record: bytes) -> None:
        out.write(b"%b%b%d\n" % (record, self.delimiter.encode(), number))
        self.kept += 1

    def _keep_unquoted(self, out: IO[bytes], number: int, line: bytes, separator: bytes) -> None:
        """Part a line at every separator, a quote being a character like any other."""
        values = line.split(separator)
        while len(values) > self.fields and not values[-1].strip():
            values.pop()
        if len(values) != self.fields:
            self.faults.append((number, f"{len(values)} values, the header has {self.fields}"))
            return
        self._keep(
            out, number, self.delimiter.join(_quote(value.decode("utf-8", "replace")) for value in values).encode()
        )

    def _mend(self, out: IO[bytes], number: int, line: bytes, lines: "_Lines") -> None:
        """Parse a line with quotes or of an odd length; take the lines that follow while a quote is open."""
        record, extra = line, 0
        while True:
            values, problem = _parse(record, self.delimiter)
            following = lines.peek(extra) if values is None and problem == _OPEN_QUOTE else None
            if following is None or extra + 1 >= _LONGEST_RECORD or len(record) > _LONGEST_LINE:
                break
            record, extra = record + b"\n" + following, extra + 1
        if values is not None:
            while len(values) > self.fields and not values[-1].strip():
                values.pop()
            if len(values) != self.fields:
                problem, values = f"{len(values)} values, the header has {self.fields}", None
        if values is None:
            self.faults.append((number, problem))
            return
        if extra:
            lines.skip(extra)
            self.reading.ignored["continuation lines of values that span lines"] += extra
            self.reading.spans[number] = extra + 1
        flat = (value.replace("\n", " ").replace("\r", " ") for value in values)
        self._keep(out, number, self.delimiter.join(_quote(value) for value in flat).encode())


class _Lines:
    """Physical lines with their numbers and a look ahead."""

    def __init__(self, file: IO[bytes], first_line: int) -> None:
        self._file = file
        for _ in range(first_line - 1):
            file.readline()
        self._number = first_line
        self._ahead: deque[bytes] = deque()

    def _next(self) -> bytes | None:
        line = self._file.readline()
        # DuckDB would take a stray carriage return for a line end.
        return line.rstrip(b"\r\n").replace(b"\r", b" ").replace(b"\x00", b" ") if line else None

    def take(self) -> tuple[int, bytes] | None:
        line = self._ahead.popleft() if self._ahead else self._next()
        if line is None:
            return None
        self._number += 1
        return self._number - 1, line

    def peek(self, ahead: int) -> bytes | None:
        while len(self._ahead) <= ahead:
            line = self._next()
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[ahead]

    def skip(self, count: int) -> None:
        for _ in range(count):
            self._ahead.popleft()
        self._number += count


def _is_plain(line: bytes, separator: bytes, fields: int) -> bool:
    """Whether a line is sound at a glance: no quotes, or one pair round every value and none inside."""
    quotes = line.count(b'"')
    if quotes == 0:
        return line.count(separator) == fields - 1
    around = line.startswith(b'"') and line.endswith(b'"') and len(line) > 1
    return around and quotes == 2 * fields and line.count(b'"' + separator + b'"') == fields - 1


def _parse(record: bytes, delimiter: str) -> tuple[list[str] | None, str]:
    """Values of one record, or what is wrong with its quotes."""
    try:
        text = record.decode("utf-8", "replace")
        rows = list(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        return None, _OPEN_QUOTE if "unexpected end" in str(error) else _STRAY_QUOTE
    return (rows[0], "") if len(rows) == 1 else (None, _STRAY_QUOTE)


_OPEN_QUOTE = "a quote that is not closed"
_STRAY_QUOTE = "text after a closing quote"


def _quote(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _first_line(path: Path) -> tuple[int, str]:
    """Return number and text of the first line that is not blank; (0, "") if there is none."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                return number, line.decode("utf-8", "replace").rstrip("\r\n")
    return 0, ""


def _header(line: str, name: str, number: int) -> tuple[str, list[str]]:
    """Delimiter and column names of a header line: the delimiter is the one that parts it most."""
    if not line:
        raise InputRefused(f"{name}: the file is empty. Fetch it again. Nothing was loaded.")
    if "\x00" in line:
        raise InputRefused(
            f"{name}, line {number}: holds NUL bytes, so it is no UTF-8 text (UTF-16 without its mark?)."
            " Save it as UTF-8. Nothing was loaded."
        )
    delimiter = max(_DELIMITERS, key=line.count)
    values, problem = _parse(line.replace("\r", " ").encode(), delimiter)
    if values is None:
        raise InputRefused(f"{name}, line {number}: the header has {problem}. Mend that line. Nothing was loaded.")
    return delimiter, [value.strip() for value in values]


def _form(text: decode.Text, delimiter: str, fit: Fit) -> dict[str, object]:
    """Return what the file looks like, in the words of ``turnout check``."""
    encoding = fit.layout.encoding or ("Windows-1252" if text.undecodable else "UTF-8")
    separator = "fixed width" if fit.layout.fixed else _SEPARATOR_NAMES.get(delimiter, delimiter)
    return {"encoding": encoding, "delimiter": separator, "has_header": fit.has_header}


_SEPARATOR_NAMES = {",": "comma", "\t": "tab", "|": "pipe", ";": "semicolon"}


def _note_decoding(workspace: Workspace, text: decode.Text, name: str) -> None:
    if text.undecodable:
        unmapped = f" ({text.unmapped:,} with bytes that has no sign for)" if text.unmapped else ""
        workspace.note(
            "encoding",
            f"{name}: {text.undecodable:,} of {text.lines:,} lines are not UTF-8 and were read as"
            f" Windows-1252{unmapped}.",
        )


def peek(path: Path, name: str, staging: Path, lines: int = 2000) -> tuple[list[str], list[list[str]]]:
    """Return the header of a delimited file and the values of some of its first lines, for a look at it.

    Raises
    ------
    InputRefused
        If the file is empty or no text.
    """
    text = decode.to_utf8(path, staging, name)
    first, header_line = _first_line(text.path)
    delimiter, header = _header(header_line, name, first)
    rows: list[list[str]] = []
    with text.path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number > first + lines:
                break
            values = _parse(line.rstrip(b"\r\n"), delimiter)[0] if number > first and line.strip() else None
            if values is not None:
                rows.append(values)
    return header, rows
