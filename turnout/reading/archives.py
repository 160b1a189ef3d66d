"""Compressed files as streams of bytes: gzip, and the members of a zip. Nothing is ever unpacked under its own name.

A zip is entered like a directory: ``absentee.zip/STATEWIDE.csv``, ``extract.zip/*.txt``. Without a member named, it
is the only data file, or what a layout of the table names as its ``member``; of several no guess is made, for they
may repeat one another (Georgia's statewide file beside 159 counties).
"""

import contextlib
import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from turnout.addresses import Address
from turnout.errors import InputRefused, UsageError
from turnout.reading.lines import BLOCK, Readable

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PARQUET = b"PAR1"
_DATA = (".csv", ".tsv", ".tab", ".txt", ".psv", ".dat", ".json", ".xml", ".gz")

#: Text compresses to a tenth or so; a bomb to a thousandth. Small files may be as repetitive as they like.
_MOST_EXPANSION = 200
_ALWAYS_ALLOWED = 100 << 20


class Digest(Protocol):
    """A hash that takes bytes as they come."""

    def update(self, data: bytes, /) -> None:
        """Take the next bytes."""


def is_zip(path: Path) -> bool:
    """Whether a file is a zip archive by its first bytes; false for what cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(4) == _ZIP
    except OSError:
        return False


def members(
    path: Path | Address, pattern: str, declared: Iterable[str], opened: IO[bytes] | None = None
) -> list[str]:
    """Choose the members of a zip to read.

    Parameters
    ----------
    opened : the zip, where it is not a file on disk
    pattern : name or pattern asked for, by path or by last part; "" where none was
    declared : patterns of the layouts that say which member is theirs

    Raises
    ------
    UsageError
        If ``pattern`` names no member.
    InputRefused
        If the archive is damaged, a spreadsheet or unsafe, or holds several data files and nothing says which.
    """
    name = path.name
    try:
        with zipfile.ZipFile(opened or path) as archive:  # type: ignore[arg-type]
            listed = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError):
        raise InputRefused(f"{name}: a damaged archive or spreadsheet. Fetch it again. Nothing was loaded.") from None
    if "[Content_Types].xml" in listed:
        raise InputRefused(f"{name}: a spreadsheet, not a text file. Save it as CSV. Nothing was loaded.")
    if unsafe := [member for member in listed if _is_unsafe(member)]:
        raise InputRefused(
            f"{name}: holds a file named {unsafe[0][:60]!r}, outside the archive. Do not trust it."
            " Nothing was loaded."
        )
    files = [member for member in listed if not _is_clutter(member)]
    if pattern:
        if not (chosen := _matching(files, pattern)):
            raise UsageError(f"{path}/{pattern}: no such file in the archive; it holds {_shown(files)}.")
        return chosen
    data = [member for member in files if member.lower().endswith(_DATA)]
    if len(data or files) == 1:
        return data or files
    for wanted in declared:
        if chosen := _matching(files, wanted):
            return chosen
    if not files:
        raise InputRefused(f"{name}: an archive without a file. Fetch it again. Nothing was loaded.")
    raise InputRefused(
        f"{name}: holds {len(files)} files ({_shown(files)}), and they may repeat one another. Name the one,"
        f" {name}/{files[0]}, or several, {name}/*.csv. Nothing was loaded."
    )


def is_packed(path: Path, member: str) -> bool:
    """Whether the bytes on disk are not the text itself."""
    with path.open("rb") as file:
        return bool(member) or file.read(2) == _GZIP


@contextlib.contextmanager
def opened(path: Path, member: str, name: str, digest: Digest, *, drain: bool = True) -> Iterator[Readable]:
    """Open a file or a member of a zip, gunzipped where need be.

    Parameters
    ----------
    digest : updated with the bytes of the file, or of the member, as they are given: before gunzipping
    drain : whether to read on to the end of the file, for the digest's sake

    Raises
    ------
    InputRefused
        Now or while reading, if what is compressed is damaged, locked, of another kind, or grows without measure.
    """
    with contextlib.ExitStack() as stack:
        file, packed = _entered(stack, path, member, name)
        head = _Checked(file, name, packed).read(8)
        file.seek(0)
        if head.startswith((_ZIP, _OLD_EXCEL, _PARQUET)):
            raise InputRefused(
                f"{name}: a spreadsheet or archive, not a text file. Save it as CSV. Nothing was loaded."
            )
        apart = stack.enter_context(ThreadPoolExecutor(1))
        given = _Hashing(_Checked(file, name, packed) if member else file, digest, apart)
        is_gzip = head.startswith(_GZIP)
        yield _Checked(gzip.GzipFile(fileobj=given), name, packed) if is_gzip else given  # type: ignore[call-overload]
        while drain and given.read(BLOCK):  # bytes after the gzip stream
            pass


def _entered(stack: contextlib.ExitStack, path: Path, member: str, name: str) -> tuple[IO[bytes], int]:
    """Return an open file or member, and how many bytes of disk it takes."""
    if not member:
        return stack.enter_context(path.open("rb")), path.stat().st_size
    archive = stack.enter_context(zipfile.ZipFile(path))
    try:
        return stack.enter_context(archive.open(member)), archive.getinfo(member).compress_size
    except NotImplementedError:
        problem = "compressed in a way that is not supported"
    except RuntimeError:
        problem = "locked by a password"
    except zipfile.BadZipFile:
        problem = "damaged"
    raise InputRefused(f"{name}: {problem}. Unzip it, and give the file inside. Nothing was loaded.")


class _Hashing:
    """A readable file that hashes what passes: a large block apart, while the reader looks at it."""

    def __init__(self, file: Readable, digest: Digest, apart: Executor) -> None:
        self._file, self._digest, self._apart = file, digest, apart
        self._before: Future[None] | None = None

    def read(self, size: int = -1, /) -> bytes:
        block = self._file.read(size)
        if self._before is not None:
            self._before.result()
        self._before = self._apart.submit(self._digest.update, block) if len(block) >= BLOCK else None
        if self._before is None:
            self._digest.update(block)
        return block


class _Checked:
    """A decompressed stream that says in words what is wrong with it, and stops where it grows without measure."""

    def __init__(self, stream: Readable, name: str, packed: int) -> None:
        self._stream, self._name = stream, name
        self._left = max(_ALWAYS_ALLOWED, _MOST_EXPANSION * packed)

    def read(self, size: int = -1, /) -> bytes:
        try:
            block = self._stream.read(size)
        except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error):
            problem = "compressed, and damaged or cut short. Fetch it again."
            raise InputRefused(f"{self._name}: {problem} Nothing was loaded.") from None
        self._left -= len(block)
        if self._left < 0:
            raise InputRefused(
                f"{self._name}: grows to more than {_MOST_EXPANSION} times its size when decompressed, as no list of"
                " voters does. Do not trust it. Nothing was loaded."
            )
        return block


def _is_unsafe(member: str) -> bool:
    path = PurePosixPath(member.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or member[1:2] == ":" or not member.isprintable()


def _is_clutter(member: str) -> bool:
    """Whether a member was put there by a file manager."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(member).parts)


def _matching(files: list[str], pattern: str) -> list[str]:
    wanted = pattern.lower()
    return sorted(f for f in files if fnmatch(f.lower(), wanted) or fnmatch(PurePosixPath(f.lower()).name, wanted))


def _shown(files: list[str]) -> str:
    return ", ".join(file[:60] for file in files[:5]) + (", …" if len(files) > 5 else "")
