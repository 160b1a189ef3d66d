"""Bytes become UTF-8 lines before DuckDB sees them: streaming, hashed, every line and every odd byte accounted for.

DuckDB's own ``latin-1`` refuses bytes that real files hold (Windows-1252 apostrophes), and skipping bad rows loses
exactly the voters named Núñez. So a file is UTF-8, or UTF-16 by its mark or its NULs; a byte that is no part
of that is read in the layout's declared codec, else as Windows-1252 (cp437 where its letters say so), and one that
this lacks as latin-1. What was read in that way is counted by column.
"""

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from turnout.errors import UsageError
from turnout.reading import archives, lines
from turnout.reading.source import Source

DELIMITERS = (",", "\t", "|", ";")

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Bytes as ``surrogateescape`` leaves them where they are not of the codec, and the sign of a loss further upstream.
_ODD = re.compile("[\udc80-\udcff\ufffd]")
_LOST = "\ufffd"
_QUOTE, _SPACE, _HARD_SPACE = 0x22, 0x20, 0xA0
#: Letters of cp437 (É Ñ ñ á í ó ú …) that are rare signs in Windows-1252; letters and quotation marks of the latter.
#: 0xA0 is left out: á in the one, a spreadsheet's hard space in the other.
_DOS_LETTERS = frozenset({*range(0x80, 0x9B), *range(0xA1, 0xA6)} - {0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97})
_WINDOWS_LETTERS = frozenset({*range(0xC0, 0x100), 0x91, 0x92, 0x93, 0x94, 0x96, 0x97})


@dataclass
class Text:
    """A delimited file as UTF-8.

    Attributes
    ----------
    path : the file itself where it is UTF-8 already, else its copy in the staging directory
    sha256 : of the file as given, or of the member of an archive
    lines : physical lines, a last one without a line end included
    header : the first line that is not blank, and ``first`` its number; "" and 0 if there is none
    delimiter : the one that parts it most
    uniform : false where a glance shows that a line is out of order: line ends of two kinds, a stray carriage return
        or NUL, too many or too few delimiters, the header again
    padded : whether a cell may begin or end with a space
    nuls : NUL bytes, which are read as spaces
    odd_lines : lines with bytes that are not of ``encoding``
    odd : column position -> characters read as ``fallback``
    unmapped : column position -> those of them that this lacks too, read as latin-1
    lost : column position -> characters that were lost before: U+FFFD
    encoding, fallback : Python codecs: of the file, and of bytes that are not of it
    """

    path: Path
    sha256: str = ""
    lines: int = 0
    header: str = ""
    first: int = 0
    delimiter: str = ","
    uniform: bool = True
    padded: bool = False
    nuls: int = 0
    odd_lines: int = 0
    odd: Counter[int] = field(default_factory=Counter)
    unmapped: Counter[int] = field(default_factory=Counter)
    lost: Counter[int] = field(default_factory=Counter)
    encoding: str = "utf-8"
    fallback: str = "cp1252"


def sha256(path: Path) -> str:
    """Digest of a file, streamed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def magic(path: Path) -> bytes:
    """First bytes of a file.

    Raises
    ------
    UsageError
        If it is missing, a directory or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). Check the path.") from None


def to_utf8(source: Source, staging: Path, fallback: str = "") -> Text:
    """Decode a file, plain, gzipped or in a zip, into ``staging``; one that is clean UTF-8 already is not copied.

    Parameters
    ----------
    fallback : single-byte codec of what is neither UTF-8 nor UTF-16; "" to judge by the bytes

    Raises
    ------
    InputRefused
        If it cannot be decompressed, is no text, or has a line without end.
    """
    text, odd_bytes = _pass(source, staging, fallback or "cp1252")
    if not fallback and _is_dos(odd_bytes):
        text, _ = _pass(source, staging, "cp437")
    return text


def _is_dos(odd: Counter[int]) -> bool:
    """Whether bytes that are no UTF-8 make letters in cp437 and stray signs in Windows-1252."""
    dos = sum(count for byte, count in odd.items() if byte in _DOS_LETTERS)
    windows = sum(count for byte, count in odd.items() if byte in _WINDOWS_LETTERS)
    return dos > 2 + 3 * windows


def _pass(source: Source, staging: Path, fallback: str) -> tuple[Text, Counter[int]]:
    digest = hashlib.sha256()
    with archives.opened(source.file, source.member, source.name, digest) as stream:
        head = stream.read(lines.BLOCK)
        text = Text(source.file, encoding=_sniffed(head), fallback=fallback)
        repair = _Repair(text)
        with _Writer(
            text, staging / "utf8.txt", in_place=not archives.is_packed(source.file, source.member)
        ) as writer:
            for original, block in _blocks(stream, head, source.name, repair):
                writer.put(original, block)
    text.sha256 = digest.hexdigest()
    return text, repair.bytes_


def _sniffed(head: bytes) -> str:
    """Codec of a file by its mark, or by the NULs that UTF-16 has in every other place."""
    if head.startswith(_UTF16_MARKS):
        return "utf-16"
    start = head[:200]
    half = len(start) // 2
    if half >= 8 and start[1::2].count(0) > 0.9 * half and not start[::2].count(0):
        return "utf-16-le"
    if half >= 8 and start[::2].count(0) > 0.9 * half and not start[1::2].count(0):
        return "utf-16-be"
    return "utf-8"


def _blocks(
    stream: lines.Readable, head: bytes, name: str, repair: "_Repair"
) -> Iterator[tuple[bytes | None, bytes]]:
    """Yield (bytes as they were, UTF-8) in blocks of whole lines; None where the file never was UTF-8 bytes."""
    codec = repair.text.encoding
    wide = codec.startswith("utf-16")
    pieces = _narrowed(stream, head, codec) if wide else lines.pieces(stream, head)
    old_mac = not wide and b"\r" in head and b"\n" not in head
    for count, original in enumerate(lines.whole(pieces, name, b"\r" if old_mac else b"\n")):
        block = original.replace(b"\r", b"\n") if old_mac else original
        if count == 0:
            block = block.removeprefix(codecs.BOM_UTF8)
            _read_header(repair.text, block)
        yield None if wide else original, repair.block(block)


def _narrowed(stream: lines.Readable, head: bytes, codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    for piece in lines.pieces(stream, head):
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def _read_header(text: Text, block: bytes) -> None:
    """Note the first line that is not blank, and what parts it."""
    for number, line in enumerate(block.splitlines(), start=1):
        if line.strip():
            text.header, text.first = line.decode("utf-8", "replace"), number
            text.delimiter = max(DELIMITERS, key=text.header.count)
            return


class _Repair:
    """Makes UTF-8 of blocks, and counts by column what was not of the file's codec."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.bytes_: Counter[int] = Counter()
        self._signs = {value: _sign(value, text.fallback) for value in range(0x80, 0x100)}

    def block(self, block: bytes) -> bytes:
        if block.isascii():
            return block
        try:
            text = block.decode()
        except UnicodeDecodeError:
            if places := _all_odd(block):
                return self._whole(block, places)
            text = block.decode(errors="surrogateescape")
        else:
            if _LOST not in text:
                return block
        at, line = 0, -1
        parts: list[str] = []
        for odd in _ODD.finditer(text):
            start = text.rfind("\n", 0, odd.start()) + 1
            column = _column(text[start : odd.start()], self.text.delimiter)
            parts += text[at : odd.start()], self._character(odd.group(), column)
            self.text.odd_lines += start != line and odd.group() != _LOST
            at, line = odd.end(), start
        return "".join([*parts, text[at:]]).encode()

    def _whole(self, block: bytes, places: list[int]) -> bytes:
        """Decode a block none of whose bytes above 0x7F is UTF-8; ``places`` is where these stand."""
        mark = self.text.delimiter.encode()
        parts: list[bytes] = []
        after, column, is_open, is_new = 0, 0, False, True
        for place in places:
            between = block[after:place]
            if (end := between.rfind(b"\n")) >= 0:
                column, is_open, is_new = 0, False, True
            *closed, last = between[end + 1 :].split(b'"')  # what delimits in quotes parts nothing
            for part in closed:
                column += 0 if is_open else part.count(mark)
                is_open = not is_open
            column += 0 if is_open else last.count(mark)
            byte = block[place]
            sign, is_mapped = self._signs[byte]
            parts += between, sign
            after = place + 1
            self.bytes_[byte] += 1
            self.text.odd[column] += 1
            if not is_mapped:
                self.text.unmapped[column] += 1
            self.text.odd_lines += is_new
            is_new = False
        return b"".join([*parts, block[after:]])

    def _character(self, odd: str, column: int) -> str:
        """Return what stands for a lost or odd character, which is counted."""
        if odd == _LOST:
            self.text.lost[column] += 1
            return odd
        self.bytes_[ord(odd) - 0xDC00] += 1
        self.text.odd[column] += 1
        byte = odd.encode(errors="surrogateescape")
        try:
            return byte.decode(self.text.fallback)
        except UnicodeDecodeError:
            self.text.unmapped[column] += 1
            return byte.decode("latin-1")


def _all_odd(block: bytes) -> list[int]:
    """Where the bytes above 0x7F stand, if none of them is a part of UTF-8; else nothing.

    One with ASCII on both sides is none. Of those that stand together all must be none.
    """
    at = np.flatnonzero(np.frombuffer(block, np.uint8) >= 0x80)
    breaks = np.flatnonzero(np.diff(at) > 1) + 1
    starts, stops = at[np.append(0, breaks)], at[np.append(breaks - 1, len(at) - 1)] + 1
    together = np.flatnonzero(stops - starts > 1)
    runs = {
        block[start:stop] for start, stop in zip(starts[together].tolist(), stops[together].tolist(), strict=True)
    }
    is_none = all(len(run.decode(errors="surrogateescape")) == len(run) for run in runs)
    return at.tolist() if is_none else []


def _sign(byte: int, codec: str) -> tuple[bytes, bool]:
    """Return a byte of a codec as UTF-8, else as that of latin-1, and whether the codec has it."""
    try:
        return bytes([byte]).decode(codec).encode(), True
    except UnicodeDecodeError:
        return chr(byte).encode(), False


def _column(before: str, delimiter: str) -> int:
    """Position of the column that follows ``before`` in a line: delimiters outside quotes."""
    return sum(part.count(delimiter) for part in before.split('"')[::2])


def _is_padded(block: bytes, values: npt.NDArray[np.uint8], delimiter: str) -> bool:
    """Whether a space, or the last byte of a hard one, stands beside a delimiter, a quote or a line's end."""
    is_space = values == _SPACE
    if _HARD_SPACE in block:
        is_space |= values == _HARD_SPACE
    space = np.flatnonzero(is_space)
    if not len(space):
        return False
    if space[0] == 0 or space[-1] == len(values) - 1:
        return True
    is_edge = np.zeros(256, dtype=np.bool_)
    is_edge[[*range(_SPACE), _QUOTE, ord(delimiter)]] = True
    hard = space[values[space] == _HARD_SPACE]  # has two bytes
    return bool(
        is_edge[values[space - 1]].any() or is_edge[values[space + 1]].any() or is_edge[values[hard - 2]].any()
    )


class _Writer:
    """Counts lines, and copies only from the first block that had to change."""

    def __init__(self, text: Text, target: Path, in_place: bool) -> None:
        self._text, self._target, self._in_place = text, target, in_place
        self._source = text.path
        self._file: IO[bytes] | None = None
        self._passed = 0
        self._newlines = self._pairs = 0
        self._open_line = False

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._text.lines = self._newlines + self._open_line
        if self._pairs not in (0, self._newlines):
            self._text.uniform = False
        if self._file is not None:
            self._file.close()

    def put(self, original: bytes | None, block: bytes) -> None:
        """Take a block of whole lines; ``original`` is what the file held, None where it never was UTF-8 bytes."""
        if self._file is None and (not self._in_place or original != block):
            self._start()
        if self._file is not None:
            self._file.write(block)
        self._passed += len(block)
        self._open_line = not block.endswith(b"\n")
        self._look(block)

    def _look(self, block: bytes) -> None:
        values = np.frombuffer(block, np.uint8)
        newlines = int(np.count_nonzero(values == 10))
        returns = block.count(b"\r") if b"\r" in block else 0
        pairs = block.count(b"\r\n") if returns else 0
        nuls = block.count(b"\x00") if b"\x00" in block else 0
        self._newlines += newlines
        self._pairs += pairs
        self._text.nuls += nuls
        if returns != pairs or nuls:
            self._text.uniform = False
        self._text.uniform = self._text.uniform and self._is_even(block, values, newlines + self._open_line)
        self._text.padded = self._text.padded or _is_padded(block, values, self._text.delimiter)

    def _is_even(self, block: bytes, values: npt.NDArray[np.uint8], lines_in: int) -> bool:
        """Whether, as far as a glance tells, each line has as many delimiters as the header and none repeats it."""
        header, mark = self._text.header.encode(), self._text.delimiter.encode()
        is_first = self._passed == len(block)
        if header and block.count(header) > is_first:
            return False
        if b'"' in block:
            return True
        return int(np.count_nonzero(values == mark[0])) == lines_in * header.count(mark)

    def _start(self) -> None:
        self._file = self._target.open("wb")
        self._text.path = self._target
        left = self._passed
        with self._source.open("rb") as source:
            while left and (block := source.read(min(left, lines.BLOCK))):
                self._file.write(block)
                left -= len(block)
