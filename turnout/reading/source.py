"""Which files an input names, and what was learned of each while reading it."""

import glob
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from turnout.errors import UsageError
from turnout.reading import archives
from turnout.reading.catalogue import Fit
from turnout.reading.layouts import Layout

#: Finds the layout of a file: its name in messages, its column names, its first line.
Choose = Callable[[str, list[str], str], Fit]

#: How an address begins that is of no disk, as a path has it.
_REMOTE = frozenset({"s3:", "s3a:", "gs:", "gcs:", "r2:", "az:", "abfs:", "abfss:", "http:", "https:"})
#: What a directory given as ``--history`` is searched for.
SUFFIXES = (".parquet", ".csv", ".tsv", ".csv.gz", ".tsv.gz")


@dataclass(frozen=True)
class Source:
    """A file to read: by itself, or as a member of a zip.

    Attributes
    ----------
    name : how messages and tables call it
    """

    path: Path
    member: str = ""
    name: str = ""


@dataclass
class Reading:
    """One file as read: where its rows are (table ``typed``), and the account of its lines.

    Attributes
    ----------
    name : how messages and tables call the file
    columns : canonical columns the file has
    header : the file's column names
    lines_in : physical data lines
    ignored : rule -> lines that said nothing, by that rule
    first_line : physical line of the first data line
    text : the UTF-8 file behind it, None for Parquet
    spans : first line -> lines, of records that run over several
    raws : line -> text, of refused lines that are at hand
    fit : the layout as it lies on the file's columns
    source : the file
    form : encoding, delimiter and whether there is a header line, in words
    """

    name: str
    table: str
    layout: Layout
    columns: frozenset[str]
    header: list[str]
    sha256: str
    lines_in: int
    first_line: int
    fit: Fit
    source: Source
    text: Path | None = None
    form: dict[str, object] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)
    spans: dict[int, int] = field(default_factory=dict)
    raws: dict[int, str] = field(default_factory=dict)


def expand(paths: Iterable[Path | Source], members: Sequence[str] = ()) -> list[Source]:
    """Return the files that paths name, each with a short name of its own.

    A path may be a file, a directory (its data files, by name), a pattern (``extract/*_20170606.txt``), a zip, or a
    member or pattern within a zip (``absentee.zip/STATEWIDE.csv``).

    Parameters
    ----------
    members : patterns of the members that layouts declare, for a zip with several files

    Raises
    ------
    UsageError
        If a path names nothing.
    InputRefused
        If a zip cannot be used, or nothing says which of its files is meant.
    """
    found = [
        source for path in paths for source in ([path] if isinstance(path, Source) else _expanded(path, members))
    ]
    return _named(found)


def require(paths: Iterable[Path]) -> None:
    """Check, before anything is read, that every path names something.

    Raises
    ------
    UsageError
        If one does not.
    """
    for path in paths:
        if not path.exists() and not _archive(path) and not glob.glob(str(path)):  # noqa: PTH207
            raise _absent(path)


def _archive(path: Path) -> Path | None:
    """Return the zip that a path leads into."""
    return next((parent for parent in path.parents if parent.is_file() and archives.is_zip(parent)), None)


def _expanded(path: Path, members: Sequence[str]) -> list[Source]:
    if path.is_dir():
        inside = sorted(p for p in path.iterdir() if p.is_file() and p.name.lower().endswith(SUFFIXES))
        if not inside:
            raise UsageError(f"{path}: holds no file named {', '.join('*' + s for s in SUFFIXES)}.")
        return [Source(file) for file in inside]
    if path.exists():
        return _entered(path, "", members) if archives.is_zip(path) else [Source(path)]
    if archive := _archive(path):
        return _entered(archive, path.relative_to(archive).as_posix(), ())
    # a link that leads nowhere, or to itself, matches its own name
    if matched := sorted(set(glob.glob(str(path))) - {str(path)}):  # noqa: PTH207 - of a whole path
        return [source for match in matched for source in _expanded(Path(match), members)]
    raise _absent(path)


def _absent(path: Path) -> UsageError:
    """Return what to say of a path that names nothing."""
    place = next((number for number, part in enumerate(path.parts) if part in _REMOTE), None)
    if place is None:
        return UsageError(f"{path}: no such file. Check the path.")
    scheme, *rest = path.parts[place:]
    return UsageError(
        f"{scheme}//{'/'.join(rest)}: files on object storage and the web are not read, for every input is hashed and"
        " accounted for line by line from a disk. Mount the bucket (rclone mount, s3fs, gcsfuse), or copy the file."
    )


def _entered(path: Path, pattern: str, members: Sequence[str]) -> list[Source]:
    return [Source(path, member) for member in archives.members(path, pattern, members)]


def _named(sources: list[Source]) -> list[Source]:
    """Name each by its file, with the archive's or directory's name where two share it."""
    count = Counter(_last(source) for source in sources)
    named = []
    for source in sources:
        above = source.path.name if source.member else source.path.parent.name
        name = _last(source) if count[_last(source)] == 1 else f"{above}/{source.member or source.path.name}"
        named.append(Source(source.path, source.member, source.name or name))
    return named


def _last(source: Source) -> str:
    return PurePosixPath(source.member).name if source.member else source.path.name
