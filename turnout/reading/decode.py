"""Bytes become UTF-8 lines before DuckDB sees them: streaming, hashed, every line accounted for.

DuckDB's own ``latin-1`` refuses bytes that real files hold (Windows-1252 apostrophes), and skipping bad rows loses
exactly the voters named Núñez. So: UTF-8, or UTF-16 by its byte order mark; a line that is neither is read as
Windows-1252, and the five bytes that lacks as latin-1.
"""

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from turnout.errors import InputRefused, UsageError

_BLOCK = 1 << 22
_LONGEST_LINE = 1 << 24
_GZIP_MAGIC = b"\x1f\x8b"
_ARCHIVE_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LATIN_FALLBACK = "turnout.latin1"


@dataclass
class Text:
    """A delimited file as UTF-8.

    Attributes
    ----------
    path : the file itself where it is UTF-8 already, else its copy in the staging directory
    sha256 : of the file as given
    lines : physical lines, a last one without a line end included
    uniform : whether every line ends alike and no stray carriage return or NUL stands in one
    undecodable : lines that are not UTF-8 and were read as Windows-1252
    unmapped : those of them with bytes that Windows-1252 lacks
    """

    path: Path
    sha256: str = ""
    lines: int = 0
    uniform: bool = True
    undecodable: int = 0
    unmapped: int = 0


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


class _Hashing:
    """A readable file that hashes what passes."""

    def __init__(self, file: IO[bytes], digest: _Digest) -> None:
        self._file, self._digest = file, digest

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._digest.update(block)
        return block


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


def to_utf8(path: Path, staging: Path, name: str, encoding: str | None = None) -> Text:
    """Decode a file, plain or gzipped, into ``staging``; one that is clean UTF-8 already is not copied.

    Raises
    ------
    InputRefused
        If it is an archive, a broken gzip, has no lines, or is not in the declared ``encoding``.
    """
    head = magic(path)
    if head.startswith(_ARCHIVE_MAGIC):
        raise InputRefused(f"{name}: a spreadsheet or archive, not a text file. Save it as CSV. Nothing was loaded.")
    zipped = head.startswith(_GZIP_MAGIC)
    digest = hashlib.sha256()
    with path.open("rb") as raw:
        hashing = _Hashing(raw, digest)
        stream = gzip.GzipFile(fileobj=hashing) if zipped else hashing  # type: ignore[call-overload]
        writer = _Writer(path, staging / "utf8.txt", verbatim=not zipped)
        try:
            for original, text in _blocks(stream, name, encoding, writer.text):
                writer.put(original, text)
            while hashing.read(_BLOCK):  # bytes after the gzip stream
                pass
        except (gzip.BadGzipFile, EOFError, zlib.error):
            problem = "the gzip is damaged or cut short. Fetch it again."
            raise InputRefused(f"{name}: {problem} Nothing was loaded.") from None
        except UnicodeError as error:
            raise InputRefused(f"{name}: not valid {encoding or 'UTF-16'} ({error}). Nothing was loaded.") from None
        finally:
            writer.close()
    writer.text.sha256 = digest.hexdigest()
    return writer.text


@dataclass
class _Writer:
    """Counts lines, and copies only from the first block that had to change."""

    source: Path
    target: Path
    verbatim: bool
    text: Text = field(init=False)
    _file: IO[bytes] | None = field(init=False, default=None)
    _passed: int = field(init=False, default=0)
    _ends: tuple[int, int] = field(init=False, default=(0, 0))
    _open_line: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.text = Text(self.source)

    def put(self, original: bytes | None, block: bytes) -> None:
        """Take a block of whole lines; ``original`` is what the file held, None where it never was UTF-8 bytes."""
        if self._file is None and (not self.verbatim or original != block):
            self._start()
        if self._file is not None:
            self._file.write(block)
        self._passed += len(block)
        newlines, pairs, returns = block.count(b"\n"), block.count(b"\r\n"), block.count(b"\r")
        self._ends = (self._ends[0] + newlines, self._ends[1] + pairs)
        self._open_line = not block.endswith(b"\n")
        if returns != pairs or b"\x00" in block:
            self.text.uniform = False

    def _start(self) -> None:
        self._file = self.target.open("wb")
        self.text.path = self.target
        left = self._passed
        if left:
            with self.source.open("rb") as source:
                while left and (block := source.read(min(left, _BLOCK))):
                    self._file.write(block)
                    left -= len(block)

    def close(self) -> None:
        newlines, pairs = self._ends
        self.text.lines = newlines + self._open_line
        if pairs not in (0, newlines):
            self.text.uniform = False
        if self._file is not None:
            self._file.close()


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def _blocks(stream: _Readable, name: str, encoding: str | None, text: Text) -> Iterator[tuple[bytes | None, bytes]]:
    """Yield (bytes as they were, UTF-8) in blocks of whole lines."""
    head = stream.read(_BLOCK)
    codec = encoding
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16"
    marked = head.startswith(codecs.BOM_UTF8)
    old_mac = b"\r" in head and b"\n" not in head and codec is None
    source = _decoded(stream, head, codec) if codec else _raw(stream, head)
    for count, lines in enumerate(_whole_lines(source, name, b"\r" if old_mac else b"\n")):
        block = lines.removeprefix(codecs.BOM_UTF8) if marked and count == 0 else lines
        block = block.replace(b"\r", b"\n") if old_mac else block
        yield (None if codec else lines), _repaired(block, text)


def _raw(stream: _Readable, head: bytes) -> Iterator[bytes]:
    block = head
    while block:
        yield block
        block = stream.read(_BLOCK)


def _decoded(stream: _Readable, head: bytes, codec: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(codec)()
    for block in _raw(stream, head):
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _whole_lines(blocks: Iterator[bytes], name: str, end: bytes) -> Iterator[bytes]:
    carry = b""
    for block in blocks:
        cut = block.rfind(end) + 1
        if cut:
            yield carry + block[:cut]
            carry = block[cut:]
        else:
            carry += block
        if len(carry) > _LONGEST_LINE:
            raise InputRefused(
                f"{name}: no line ends within {_LONGEST_LINE >> 20} MB, so this is no delimited file."
                " Export it as CSV. Nothing was loaded."
            )
    if carry:
        yield carry


def _repaired(block: bytes, text: Text) -> bytes:
    """Return the block as UTF-8; lines that are not are read as Windows-1252 and counted."""
    if block.isascii():
        return block
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return b"".join(_repaired_line(line, text) for line in block.splitlines(keepends=True))
    return block


def _repaired_line(line: bytes, text: Text) -> bytes:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        text.undecodable += 1
    else:
        return line
    try:
        return line.decode("cp1252").encode()
    except UnicodeDecodeError:
        text.unmapped += 1
        return line.decode("cp1252", _LATIN_FALLBACK).encode()


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):  # pragma: no cover - registered for decoding only
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(_LATIN_FALLBACK, _as_latin1)
