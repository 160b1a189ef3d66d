"""Which files an input names, and what was learned of each while reading it."""

import datetime as dt
import glob
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

from turnout.addresses import Address
from turnout.contest import Contest, Inputs
from turnout.errors import UsageError
from turnout.reading import archives, objects
from turnout.reading.catalogue import Fit
from turnout.reading.layouts import Layout

#: Finds the layout of a file: its name in messages, its column names, its first line.
Choose = Callable[[str, list[str], str], Fit]

#: What a directory given as ``--history`` is searched for.
SUFFIXES = (".parquet", ".csv", ".tsv", ".csv.gz", ".tsv.gz")


@dataclass(frozen=True)
class Source:
    """A file to read: by itself, or as a member of a zip.

    Attributes
    ----------
    path : of an object, its address in the version that was found
    name : how messages and tables call it
    """

    path: Path | Address
    member: str = ""
    name: str = ""

    @property
    def file(self) -> Path:
        """The file on disk. An object has one only as :func:`on_disk` has it."""
        assert isinstance(self.path, Path)  # noqa: S101 - objects are fetched before they are read
        return self.path

    @property
    def whole(self) -> Path | Address:
        """The file or object that holds it."""
        return self.path.whole if isinstance(self.path, Address) else self.path

    def on_disk(self, file: Path) -> "Source":
        """Return the same, as a copy of it lies on disk."""
        return replace(self, path=file)


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


def expand(paths: Iterable[Path | Address | Source], members: Sequence[str] = ()) -> list[Source]:
    """Return the files that paths name, each with a short name of its own.

    A path may be a file, a directory (its data files, by name), a pattern (``extract/*_20170606.txt``), a zip, or a
    member or pattern within a zip (``absentee.zip/STATEWIDE.csv``). An address may be the same in a bucket.

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
    found = [source for path in paths for source in _sources(path, members)]
    return _named(found)


def _sources(path: Path | Address | Source, members: Sequence[str]) -> list[Source]:
    if isinstance(path, Source):
        return [path]
    if isinstance(path, Address):
        return [Source(each, each.member) for each in looked_up(path, members)]
    return _expanded(path, members)


def looked_up(address: Address, members: Sequence[str] = ()) -> list[Address]:
    """Return the objects, or members of zips, that an address names, each in the version that is there now.

    One that has its version is returned as it is: a run looks once, and reads what it then saw.

    Raises
    ------
    UsageError, InputRefused
        As :func:`expand` does.
    """
    if address.version is not None:
        return [address]
    whole = address.whole
    there = objects.listed(whole, SUFFIXES) if whole.is_listed else [objects.found(whole)]
    return [each for one in there for each in _inside(one, address.member, members)]


def _inside(address: Address, pattern: str, members: Sequence[str]) -> list[Address]:
    """Return the members of a zip that are meant, by its directory; or an object that is none."""
    if not address.is_zip:
        return [address]
    with objects.opened(address) as file:
        chosen = archives.members(address, pattern, () if pattern else members, file)
    return [replace(address, member=member) for member in chosen]


def pinned(contest: Contest, members: Sequence[str] = ()) -> Contest:
    """Return a contest whose addresses are each looked up once, for the whole run and all who take part in it.

    Raises
    ------
    UsageError, InputRefused
        If one names nothing, or several objects where one file is meant.
    """
    given = contest.inputs
    if not any(isinstance(path, Address) and path.version is None for path in given.paths()):
        return contest
    with ThreadPoolExecutor(objects.ASKED_AT_ONCE) as pool:
        find = partial(looked_up, members=members)
        wanted = [path for path in dict.fromkeys(given.paths()) if isinstance(path, Address)]
        found = dict(zip(wanted, pool.map(find, wanted), strict=True))

    def all_of(path: Path | Address) -> Sequence[Path | Address]:
        return found[path] if isinstance(path, Address) else [path]

    def one_of(path: Path | Address | None) -> Path | Address | None:
        several = [] if path is None else all_of(path)
        if len(several) > 1:
            raise UsageError(f"{path}: names {len(several)} objects, where one file is meant. Name the one.")
        return several[0] if several else None

    changes: dict[str, object] = {
        name: tuple(each for path in getattr(given, name) for each in all_of(path)) for name in Inputs.SEVERAL
    }
    changes |= {name: one_of(getattr(given, name)) for name in Inputs.SINGLE}
    changes["release"] = tuple(each.model_copy(update={"file": one_of(each.file)}) for each in given.release)
    return contest.model_copy(update={"inputs": given.model_copy(update=changes)})


def written(path: Path | Address) -> dt.datetime | None:
    """Return when a file was written, in local time; None where the host of an object does not say."""
    if not isinstance(path, Address):
        return dt.datetime.fromtimestamp(path.stat().st_mtime)
    modified = None if path.version is None else path.version.modified
    return None if modified is None else modified.astimezone().replace(tzinfo=None)


def require(paths: Iterable[Path | Address]) -> None:
    """Check, before anything is read, that every path names something.

    Raises
    ------
    UsageError
        If one does not.
    """
    for path in paths:
        if isinstance(path, Address):
            looked_up(path)
        elif not path.exists() and not _archive(path) and not glob.glob(str(path)):  # noqa: PTH207
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
    return UsageError(f"{path}: no such file. Check the path.")


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
