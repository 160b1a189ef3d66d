"""One contest's DuckDB file: open it under a lock, run queries from ``sql/``, and publish outputs atomically."""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import duckdb
import polars as pl

from turnout import resources
from turnout.errors import UsageError, WorkspaceBusy

_DATABASE = "workspace.duckdb"
_LOCK = ".lock"
_RUNS = ".runs"
_CURRENT = ".current"
_KEPT = ".kept"


class Workspace:
    """A directory with one contest's database and its published outputs.

    Use it as a context manager. The lock is the operating system's (``flock``), so it dies with its holder and a
    crash leaves nothing to clean. Directories are made with mode 0700, files with 0600.

    Attributes
    ----------
    directory : Path
    connection : duckdb.DuckDBPyConnection
    """

    def __init__(self, directory: Path, connection: duckdb.DuckDBPyConnection, lock: IO[str]) -> None:
        self.directory = directory
        self.connection = connection
        self._lock = lock

    @classmethod
    def create(cls, directory: Path, *, threads: int | None = None) -> Self:
        """Open ``directory`` with an empty database holding the canonical tables (``sql/schema.sql``).

        A database of an earlier run is replaced; published outputs are left as they are.

        Raises
        ------
        WorkspaceBusy
            If another run holds the directory.
        UsageError
            If the directory cannot be made or written.
        """
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = _acquire(directory)
        except OSError as error:
            raise UsageError(f"{directory}: cannot be written ({error.strerror}). Name another --output.") from None
        for leftover in directory.glob(f"{_DATABASE}*"):
            leftover.unlink()
        with _private_umask():
            connection = duckdb.connect(directory / _DATABASE)
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET enable_progress_bar = false")  # it would be printed amid what the command prints
        connection.execute(resources.sql("schema"))
        return cls(directory, connection, lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and let the next run in."""
        with _private_umask():
            self.connection.close()
        self._lock.close()

    def execute(self, name: str, **binds: object) -> None:
        """Run the statement ``sql/<name>.sql`` with bound parameters (``$name`` in the file)."""
        self.connection.execute(resources.sql(name), binds or None)

    def query(self, name: str, **binds: object) -> pl.DataFrame:
        """Run the query ``sql/<name>.sql`` with bound parameters and return its rows."""
        return _frame(self.connection.sql(resources.sql(name), params=binds or None))

    def table(self, name: str) -> pl.DataFrame:
        """Return every row of a table."""
        return _frame(self.connection.table(name))

    def append(self, name: str, frame: pl.DataFrame) -> None:
        """Append ``frame`` to a table, matching columns by name; columns it lacks get their default."""
        columns = ", ".join(f'"{column}"' for column in frame.columns)
        with self.registered("incoming", frame):
            self.connection.execute(f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM incoming')  # noqa: S608

    @contextlib.contextmanager
    def registered(self, name: str, frame: pl.DataFrame) -> Iterator[None]:
        """Let queries see ``frame`` as a view called ``name`` while the block runs."""
        self.connection.register(name, frame)
        try:
            yield
        finally:
            self.connection.unregister(name)

    def note(self, topic: str, message: str, *, severity: str = "note") -> None:
        """Record something about the data that a reader of the result should know."""
        self.connection.execute("INSERT INTO findings VALUES ($1, $2, $3)", [severity, topic, message])

    def keep(self, table: str, name: str) -> None:
        """Keep a table beyond this run, as ``<name>.parquet``, in place of what was kept under that name."""
        kept = self.directory / _KEPT
        kept.mkdir(mode=0o700, exist_ok=True)
        temporary = kept / f".{secrets.token_hex(8)}"
        with _private_umask():
            try:
                self.connection.table(table).write_parquet(str(temporary), compression="zstd")
                temporary.replace(kept / f"{name}.parquet")
            finally:
                temporary.unlink(missing_ok=True)

    def kept(self, pattern: str) -> list[Path]:
        """Return what was kept under names that match ``pattern`` (as ``ballots-*``), in the order of the names."""
        return kept_in(self.directory, pattern)

    @contextlib.contextmanager
    def publication(self) -> Iterator[Path]:
        """Yield a directory to write outputs into; they are published together when the block ends well.

        The outputs of a run live in ``.runs/<id>``; the names a user reads (``projection.csv``) are links through
        ``.current``, which is replaced in one rename. A run killed at any moment leaves the last set whole.
        """
        runs = self.directory / _RUNS
        runs.mkdir(mode=0o700, exist_ok=True)
        staging = runs / secrets.token_hex(8)
        with _private_umask():
            staging.mkdir()
            try:
                yield staging
                _sync(staging)
                self._point_at(staging)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)
                raise
        for old in runs.iterdir():
            if old != staging:
                shutil.rmtree(old, ignore_errors=True)

    def _point_at(self, staging: Path) -> None:
        _replace_link(self.directory / _CURRENT, staging.relative_to(self.directory))
        names = {path.name for path in staging.iterdir()}
        for name in names:
            _replace_link(self.directory / name, Path(_CURRENT) / name)
        for path in self.directory.iterdir():
            if path.is_symlink() and path.name != _CURRENT and path.name not in names and not path.exists():
                path.unlink()


def kept_in(directory: Path, pattern: str) -> list[Path]:
    """Return what runs in a directory kept under names that match, without opening its workspace."""
    return sorted((directory / _KEPT).glob(f"{pattern}.parquet"))


def _frame(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    frame: pl.DataFrame = relation.pl()
    return frame


def _acquire(directory: Path) -> IO[str]:
    with _private_umask():
        lock = (directory / _LOCK).open("a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise WorkspaceBusy(f"{directory}: another run holds this directory. Wait for it, or stop it.") from None
    return lock


@contextlib.contextmanager
def _private_umask() -> Iterator[None]:
    """Make new files readable by their owner only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _sync(directory: Path) -> None:
    """Flush a directory's files to disk before anything points at them."""
    for path in [*directory.iterdir(), directory]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _replace_link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    temporary = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    temporary.symlink_to(target)
    temporary.replace(link)
