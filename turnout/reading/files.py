"""One file after another through the same gate: read, resolve codes, hand over, close the account."""

import contextlib
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import duckdb

from turnout.addresses import Address
from turnout.errors import InputRefused, in_words
from turnout.reading import codes, columnar, decode, delimited, layouts, objects, reconcile, source, structured
from turnout.reading.source import Choose, Reading, Source
from turnout.workspace import Workspace


def load(
    workspace: Workspace,
    choose: Choose,
    paths: Iterable[Path | Address | Source],
    fill: Callable[[Workspace, Reading], int],
    *,
    may_be_empty: bool = False,
    observe: Callable[[Reading], None] | None = None,
) -> list[Reading]:
    """Read each file into ``typed`` and let ``fill`` move its sound lines to the canonical table.

    Parameters
    ----------
    choose : finds the layout of each file, and with it the table
    fill : returns how many data lines it loaded; the others it has put in ``faults`` or ``ignored``
    may_be_empty : whether a header alone is an answer ("nobody has voted yet"), not a mistake
    observe : called with each file while ``typed`` holds it, before its codes are looked at

    Returns
    -------
    list
        What was learned of each file.

    Raises
    ------
    UsageError
        If a file does not exist or cannot be read.
    InputRefused
        If it cannot be used; the message says why and what to do.
    """
    seen: dict[str, str] = {}
    readings: list[Reading] = []
    for whole, those in itertools.groupby(source.expand(paths, members()), lambda each: each.whole):
        with objects.at_hand(whole, workspace) as path:  # an object is fetched once for all members of a zip
            for file in those:
                with _staging(workspace) as directory:
                    reconcile.begin(workspace)
                    reading = _read(workspace, file.on_disk(path), choose, Path(directory))
                    reading.source = file
                    with _damage_told(reading, f"{directory}/current.parquet"):
                        if observe is not None:
                            observe(reading)
                        _take(workspace, reading, fill, seen, may_be_empty=may_be_empty)
                    readings.append(reading)
    return readings


@contextlib.contextmanager
def _damage_told(reading: Reading, link: str) -> Iterator[None]:
    """Refuse a file of which it shows only now that it is damaged: Parquet is looked into as it is needed."""
    try:
        yield
    except duckdb.Error as error:
        if reading.text is not None or in_words(error) is not None:  # no fault of the file, parsed before
            raise
        problem = str(error).splitlines()[0].replace(link, reading.name)
        raise InputRefused(f"{reading.name}: a damaged Parquet file ({problem}). Nothing was loaded.") from None


def sweep(workspace: Workspace) -> None:
    """Remove what a killed run left in the staging directories."""
    for leftover in workspace.directory.glob(f"{objects.STAGING}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _staging(workspace: Workspace) -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix=objects.STAGING, dir=workspace.directory)


def members() -> list[str]:
    """Return the members that layouts declare, for zips with several files."""
    return [layout.member for layout in layouts.shipped() if layout.member]


def _read(workspace: Workspace, file: Source, choose: Choose, staging: Path) -> Reading:
    head = decode.magic(file.file)
    if head.startswith(b"PAR1"):
        return columnar.read(workspace, file, choose, staging)
    if file.file.suffix.lower() == ".parquet":
        raise InputRefused(
            f"{file.name}: not a Parquet file, by its first bytes. Fetch it again. Nothing was loaded."
        )
    if structured.is_structured(file):
        flat, digest = structured.flatten(file, staging)
        reading = delimited.read(workspace, flat, choose, staging)
        reading.sha256, reading.source = digest, file
        return reading
    return delimited.read(workspace, file, choose, staging)


def _take(
    workspace: Workspace,
    reading: Reading,
    fill: Callable[[Workspace, Reading], int],
    seen: dict[str, str],
    *,
    may_be_empty: bool,
) -> None:
    """Load a file that was read, unless it is one of those ``seen`` (digest -> name) or has no row."""
    if reading.sha256 in seen:
        raise InputRefused(
            f"{reading.name}: the same file as {seen[reading.sha256]}. Name it once. Nothing was loaded."
        )
    seen[reading.sha256] = reading.name
    if reading.lines_in == 0 and not may_be_empty:
        raise InputRefused(f"{reading.name}: a header without any row. Fetch it again. Nothing was loaded.")
    codes.resolve(workspace, reading)
    reconcile.close(workspace, reading, fill(workspace, reading))
    if reading.lines_in == 0:
        workspace.note("empty file", f"{reading.name}: a header and no row: nothing of its kind yet.")
