"""Which files an input names, and what was learned of each while reading it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from turnout.errors import UsageError
from turnout.reading.catalogue import Fit
from turnout.reading.layouts import Layout

#: Finds the layout of a file: its name in messages, its column names, its first line.
Choose = Callable[[str, list[str], str], Fit]

#: What a directory given as ``--history`` is searched for.
SUFFIXES = (".parquet", ".csv", ".tsv", ".csv.gz", ".tsv.gz")


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
    fit : the layout as it lies on the file's columns
    path : the file
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
    path: Path
    text: Path | None = None
    form: dict[str, object] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)
    spans: dict[int, int] = field(default_factory=dict)


def expand(paths: Iterable[Path]) -> list[Path]:
    """Return the files, directories being replaced by the data files in them, sorted by name.

    Raises
    ------
    UsageError
        If a path does not exist, or a directory holds no data file.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.is_file() and p.name.lower().endswith(SUFFIXES))
            if not inside:
                raise UsageError(f"{path}: holds no file named {', '.join('*' + s for s in SUFFIXES)}.")
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise UsageError(f"{path}: no such file. Check the path.")
    return files


def names(paths: Iterable[Path]) -> dict[Path, str]:
    """Short name of each file for messages: its own, with its directory's where two share it."""
    paths = list(dict.fromkeys(paths))
    count = Counter(path.name for path in paths)
    return {path: path.name if count[path.name] == 1 else f"{path.parent.name}/{path.name}" for path in paths}
