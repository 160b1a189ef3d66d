"""A file out of order, put in order: a copy with one record a line, under the line numbers of the original.

A line that cannot be used gives way to a line of empty values, and so does each that continues the value of a line
above. Their numbers are set aside; all others keep their place, so that a row's number is still its line's. Runs of
sound lines are found by numpy and copied whole: Python sees the odd ones alone.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from turnout.reading import lines
from turnout.reading.lines import LONGEST_LINE
from turnout.reading.source import Reading

_LONGEST_RECORD = 20  # lines
_QUOTE, _NEWLINE = 34, 10
_MOST_RAW = 1 << 24  # bytes
_LONG = (1 << 16) - 1  # a line that is longer is looked at by itself

OPEN_QUOTE = "a quote that is not closed"
STRAY_QUOTE = "text after a closing quote"


@dataclass
class Salvage:
    """One pass over a file's data lines.

    Attributes
    ----------
    header : the header line where the file has one; lines that repeat it are ignored
    records : lines written
    set_aside : numbers of lines that hold no record
    faults : those of them that are refused, with the reason
    """

    reading: Reading
    delimiter: str
    fields: int
    header: str
    records: int = 0
    set_aside: list[int] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    _raw: int = 0

    def run(self, target: Path) -> None:
        """Write the copy: without header, one kind of line end, no stray carriage returns, no NULs."""
        assert self.reading.text is not None  # noqa: S101 - a delimited file has text
        with self.reading.text.open("rb") as file, target.open("wb") as out:
            skip, carry = self.reading.first_line - 1, b""
            blocks = lines.whole(lines.pieces(file), self.reading.name)
            for block, is_last in _with_last(blocks):
                plain = carry + (block.replace(b"\r\n", b"\n") if b"\r" in block else block)
                while skip and plain:
                    plain, skip = plain[plain.find(b"\n") + 1 or len(plain) :], skip - 1
                carry = self._copy(out, plain, is_last) if plain else b""

    def _copy(self, out: IO[bytes], block: bytes, is_last: bool) -> bytes:
        """Copy a block of lines; return what waits for the next block: a record whose quote is open at its end."""
        stops = lines.ends(block)
        starts = np.append(0, stops[:-1] + 1)
        view = memoryview(block)  # runs of sound lines are written from where they stand
        at = 0
        for index in np.flatnonzero(self._is_odd(block, starts, stops)).tolist():
            if index < at:
                continue
            self._keep(out, view[starts[at] : starts[index]], index - at)
            longest = index + (_LONGEST_RECORD if b'"' in block[starts[index] : stops[index]] else 1)
            record = [block[a:b] for a, b in zip(starts[index:longest], stops[index:longest], strict=True)]
            taken = self._mend(out, record, is_last or len(record) == _LONGEST_RECORD)
            if taken == 0:
                return block[starts[index] :]
            at = index + taken
        if at < len(stops):
            self._keep(out, view[starts[at] :], len(stops) - at)
        return b""

    def _is_odd(
        self, block: bytes, starts: npt.NDArray[np.intp], stops: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.bool_]:
        """Whether each line is anything but sound at a glance: no quotes, or one pair round every value."""
        values = np.frombuffer(block, np.uint8)
        marks = values == ord(self.delimiter)
        odd: npt.NDArray[np.bool_] = _count(marks, starts) != self.fields - 1
        odd |= stops - starts > _LONG
        odd |= stops == starts
        if b"\r" in block or b"\x00" in block:
            odd |= _count((values == 13) | (values == 0), starts) > 0
        if b'"' in block and not self.reading.layout.quoted:
            odd |= _count(values == _QUOTE, starts) > 0  # to be quoted, for the copy is
        elif b'"' in block:
            quotes = values == _QUOTE
            number = _count(quotes, starts)
            between = np.zeros_like(quotes)
            between[1:-1] = marks[1:-1] & quotes[:-2] & quotes[2:]
            padded = np.append(values, 0)  # an empty last line starts past the end
            around = (padded[starts] == _QUOTE) & (padded[np.maximum(stops - 1, 0)] == _QUOTE)
            wrapped = around & (number == 2 * self.fields) & (_count(between, starts) == self.fields - 1)
            odd = np.where(number > 0, ~wrapped | (stops - starts > _LONG), odd)
            if b"\r" in block or b"\x00" in block:
                odd |= _count((values == 13) | (values == 0), starts) > 0
        if self.header:
            odd[np.searchsorted(stops, _places(block, self.header.encode()))] = True
        return odd

    def _keep(self, out: IO[bytes], block: bytes | memoryview, count: int) -> None:
        out.write(block)
        if count and block[-1] != _NEWLINE:
            out.write(b"\n")
        self.records += count

    def _mend(self, out: IO[bytes], following: list[bytes], is_all: bool) -> int:
        """Parse a line, with those that follow while a quote is open; return lines taken, 0 if more must be seen."""
        number = self.reading.first_line + self.records
        if len(following[0]) > LONGEST_LINE:
            return self._set_aside(out, number, f"longer than {LONGEST_LINE:,} bytes")
        if rule := self._says_nothing(following[0]):
            return self._set_aside(out, number, ignored=rule)
        if self.reading.layout.quoted and b'"' in following[0]:
            values, problem, taken = self._parsed(following)
        else:
            values, problem, taken = _plain(following[0]).decode("utf-8", "replace").split(self.delimiter), "", 1
        if taken == 0 and not is_all:
            return 0
        record, problem = self._mended(values) if values is not None else (b"", problem)
        if not record:
            self._keep_raw(number, following[0])
            return self._set_aside(out, number, problem)
        self._keep(out, record, 1)
        if taken > 1:
            self.reading.spans[number] = taken
            for line in range(number + 1, number + taken):
                self._set_aside(out, line, ignored="continuation lines of values that span lines")
        return taken

    def _mended(self, values: list[str]) -> tuple[bytes, str]:
        """Write a record again, or say what is wrong with it."""
        while len(values) > self.fields and not values[-1].strip():
            values.pop()
        if len(values) != self.fields:
            return b"", f"{len(values)} values, the header has {self.fields}"
        record = self.delimiter.join(_quoted(value) for value in values).encode() + b"\n"
        return (record, "") if len(record) <= LONGEST_LINE else (b"", f"longer than {LONGEST_LINE:,} bytes")

    def _says_nothing(self, line: bytes) -> str:
        """Return the rule by which a line is ignored, "" where none does."""
        if not line.strip(b" \t\r\v\f\x00"):
            return "blank lines"
        is_header = self.header and line.removeprefix(codecs.BOM_UTF8).strip() == self.header.encode().strip()
        return "repeated header lines" if is_header else ""

    def _parsed(self, following: list[bytes]) -> tuple[list[str] | None, str, int]:
        """Values of the record, what is wrong with it, and how many lines it takes; 0 where a quote stays open."""
        record = b""
        for taken, line in enumerate(following, start=1):
            record += (b"\n" if taken > 1 else b"") + _plain(line)
            values, problem = parse(record, self.delimiter)
            if problem != OPEN_QUOTE or len(record) > LONGEST_LINE:
                return values, problem, taken
        return None, OPEN_QUOTE, 0

    def _keep_raw(self, number: int, line: bytes) -> None:
        """Keep the text of a line that is refused, if it is not too much: to find it again takes another pass."""
        self._raw += len(line)
        if self._raw <= _MOST_RAW:
            self.reading.raws[number] = line.decode("utf-8", "replace").rstrip("\r\n")

    def _set_aside(self, out: IO[bytes], number: int, reason: str = "", *, ignored: str = "") -> int:
        """Put a line of empty values in the place of one that holds no record."""
        self._keep(out, self.delimiter.encode() * (self.fields - 1) + (b'""\n' if self.fields == 1 else b"\n"), 1)
        self.set_aside.append(number)
        if ignored:
            self.reading.ignored[ignored] += 1
        else:
            self.faults.append((number, reason))
        return 1


def _plain(line: bytes) -> bytes:
    """Return a line without what DuckDB would take for a line end, or for the end of a text."""
    return line.replace(b"\r", b" ").replace(b"\x00", b" ")


def parse(record: bytes, delimiter: str) -> tuple[list[str] | None, str]:
    """Values of one record, or what is wrong with its quotes."""
    try:
        text = record.decode("utf-8", "replace")
        rows = list(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error as error:
        return None, OPEN_QUOTE if "unexpected end" in str(error) else STRAY_QUOTE
    return (rows[0], "") if len(rows) == 1 else (None, STRAY_QUOTE)


def _count(where: npt.NDArray[np.bool_], starts: npt.NDArray[np.intp]) -> npt.NDArray[np.uint16]:
    """How many of the marked bytes stand in each line; lines of over 64 kB must be told by their length."""
    counts: npt.NDArray[np.uint16] = np.add.reduceat(where.view(np.uint8), starts, dtype=np.uint16)
    return counts


def _quoted(value: str) -> str:
    """Write a value on one line, without outer spaces."""
    return '"' + value.replace("\n", " ").replace("\r", " ").strip(" \u00a0").replace('"', '""') + '"'


def _places(block: bytes, text: bytes) -> list[int]:
    """Where a text stands in a block."""
    found, at = [], block.find(text)
    while at >= 0:
        found.append(at)
        at = block.find(text, at + len(text))
    return found


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each block, and whether it is the last."""
    before = None
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    if before is not None:
        yield before, True
