"""One contest's DuckDB file: open it under a lock, run queries from ``sql/``, and publish outputs atomically."""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

import duckdb
import polars as pl

from turnout import encryption, resources, reuse
from turnout.encryption import Key
from turnout.errors import UsageError, WorkspaceBusy
from turnout.quoting import literal, quoted
from turnout.storage import LOCK, UNPLACED, flush, hold, private_umask, replace_link

DATABASE: Final = "workspace.duckdb"
_RUNS = ".runs"
_CURRENT = ".current"
_KEPT = ".kept"

#: Bytes that the database may keep in memory, and more for each voter.
_MEMORY: Final = 900_000_000
_MEMORY_OF_VOTER: Final = 40

#: Settings that a run changes while it works; all others are locked once its inputs are read.
_CHANGED_LATER: Final = ("disabled_optimizers", "memory_limit", "force_compression")


class Workspace:
    """A directory with one contest's database and its published outputs.

    Use it as a context manager. The lock is the operating system's (``flock``), so it dies with its holder and a
    crash leaves nothing to clean. Directories are made with mode 0700, files with 0600.

    Attributes
    ----------
    directory : Path
    connection : duckdb.DuckDBPyConnection
    """

    def __init__(
        self, directory: Path, connection: duckdb.DuckDBPyConnection, lock: IO[str], key: Key | None = None
    ) -> None:
        self.directory = directory
        self.connection = connection
        self._lock = lock
        self._key = key

    @classmethod
    def create(cls, directory: Path, *, threads: int | None = None, wait: float = 0) -> Self:
        """Open ``directory`` with the canonical tables (``sql/schema.sql``), all of them empty.

        Of the database of an earlier run nothing is left but what this one may take over (:mod:`turnout.reuse`);
        published outputs are left as they are. The database is encrypted where the environment names a key
        (:mod:`turnout.encryption`).

        Parameters
        ----------
        wait : seconds to wait for another run that holds the directory

        Raises
        ------
        WorkspaceBusy
            If another run still holds the directory after that.
        UsageError
            If the directory cannot be made or written, or there is a key and no way to encrypt.
        """
        key = Key.from_environment()
        lock = hold(directory, wait)
        try:
            connection = _opened(directory, key)
        except BaseException:
            lock.close()
            raise
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET enable_progress_bar = false")  # it would be printed amid what the command prints
        connection.execute(resources.sql("schema"))
        reuse.prepare(connection)
        return cls(directory, connection, lock, key)

    def seal(self) -> None:
        """Let queries reach nothing outside the directory from now on, and lock the settings that say so.

        To be called once the declared inputs are read. No query can then read or write another file, load an
        extension, or undo this.
        """
        allowed = ", ".join(f"'{name}'" for name in _CHANGED_LATER)
        self.bound_memory()
        self.connection.execute(f"SET allowed_configs = [{allowed}]")
        self.connection.execute(f"SET allowed_directories = [{literal(self.directory.resolve())}]")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def bound_memory(self) -> None:
        """Bound what the database keeps in memory by the number of voters; what is more goes to disk.

        A thousand voters more are given 40 kB more, about what a hash table of their numbers takes. At most six
        tenths of the machine's memory.
        """
        voters = self.connection.execute("SELECT count(*) FROM voters").fetchall()[0][0]
        most = 0.6 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        limit = int(min(_MEMORY + _MEMORY_OF_VOTER * voters, most))
        self.connection.execute(f"SET memory_limit = '{limit} B'")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            reuse.end(self.connection)
        self.close()

    def close(self) -> None:
        """Close the database and let the next run in."""
        with private_umask():
            self.connection.close()
        shutil.rmtree(self.directory / f"{DATABASE}.tmp", ignore_errors=True)
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
    def uncompressed(self) -> Iterator[None]:
        """Write the tables that the block makes as they are: voter numbers take longer to compress than to write."""
        self.connection.execute("PRAGMA force_compression = 'uncompressed'")
        try:
            yield
        finally:
            self.connection.execute("PRAGMA force_compression = 'auto'")

    def store(self, name: str, frame: pl.DataFrame) -> None:
        """Write ``frame`` as a table of that name, in its order, in place of any there is."""
        with self.registered("incoming", frame):
            self.connection.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS FROM incoming")

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
        options = encryption.parquet_options(self._key)
        with private_umask():
            try:
                self.connection.execute(
                    f"COPY {table} TO {literal(temporary.resolve())} (FORMAT parquet, COMPRESSION zstd{options})"
                )
                _sync(kept)
                temporary.replace(kept / f"{name}.parquet")
            finally:
                temporary.unlink(missing_ok=True)

    def from_kept(self, path: Path) -> str:
        """Return the SQL that reads what was kept, decrypted where need be."""
        return f"read_parquet({literal(path.resolve())}{encryption.parquet_options(self._key, sign='=')})"

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
        with private_umask():
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
        """Publish a set of outputs: links to all its names first, then the one link they all go through."""
        names = {path.name for path in staging.iterdir()}
        for name in names:
            replace_link(self.directory / name, Path(_CURRENT) / name)
        replace_link(self.directory / _CURRENT, staging.relative_to(self.directory))
        for path in self.directory.iterdir():
            if path.is_symlink() and path.name != _CURRENT and path.name not in names and not path.exists():
                path.unlink()
        flush(self.directory)


def published_in(directory: Path) -> list[Path]:
    """Return the files that were last published in a directory, by name, without opening its workspace."""
    current = directory / _CURRENT
    return sorted(path for path in current.glob("*") if path.is_file() and not path.name.startswith("."))


def name_published(directory: Path, name: str) -> None:
    """Give a file that was added to what was last published the name that a user reads."""
    if (directory / _CURRENT / name).is_file():
        replace_link(directory / name, Path(_CURRENT) / name)


def kept_in(directory: Path, pattern: str) -> list[Path]:
    """Return what runs in a directory kept under names that match, without opening its workspace."""
    return sorted((directory / _KEPT).glob(f"{pattern}.parquet"))


#: Seconds that it may take another process to find that a scratch directory is in use, or to remove it.
_LOOKED_AT: Final = 10.0


@contextlib.contextmanager
def scratch(purpose: str, *, threads: int | None = None) -> Iterator[Workspace]:
    """Yield a workspace that is thrown away, after removing those whose runs were killed before they could.

    Parameters
    ----------
    purpose : a word for the directory's name, such as ``check``
    """
    prefix = f"turnout-{purpose}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        _remove_abandoned(left)
    with (
        tempfile.TemporaryDirectory(prefix=prefix) as directory,
        # another process may be looking just now whether this one was abandoned
        Workspace.create(Path(directory), threads=threads, wait=_LOOKED_AT) as workspace,
    ):
        yield workspace


def _remove_abandoned(directory: Path) -> None:
    """Remove a scratch directory of this user's that no run holds."""
    with contextlib.suppress(OSError, WorkspaceBusy, UsageError):
        if directory.is_symlink() or directory.stat().st_uid != os.getuid() or not (directory / LOCK).exists():
            return
        with hold(directory):
            shutil.rmtree(directory, ignore_errors=True)


def connect(path: Path, key: Key | None) -> duckdb.DuckDBPyConnection:
    """Open a database that fetches and loads no extension by itself, encrypted where there is a key.

    Raises
    ------
    UsageError
        If there is a key, and DuckDB cannot encrypt here or the file was made with another.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    spilled = Path(f"{path}.tmp")
    with private_umask():
        spilled.mkdir(exist_ok=True)  # made by DuckDB it would be open to others
        if key is None:
            return duckdb.connect(path, config=config)
        connection = duckdb.connect(config={**config, "temp_directory": str(spilled)})
        try:
            encryption.attach(connection, path, key)
        except BaseException:
            connection.close()
            raise
        return connection


def _opened(directory: Path, key: Key | None) -> duckdb.DuckDBPyConnection:
    """Open the database of the last run for what may be taken over, or else a new one."""
    path = directory / DATABASE
    _clear(directory)
    if key is not None:  # refused here where DuckDB cannot encrypt, before the database that is there is given up
        with tempfile.TemporaryDirectory(prefix=".key-", dir=directory) as probe:
            connect(Path(probe) / DATABASE, key).close()
    if path.is_file():
        connection = None
        try:
            connection = connect(path, key)
            reuse.begin(connection)
        except (duckdb.Error, UsageError):  # cut short, of another version, or made with another key
            if connection is not None:
                connection.close()
        else:
            return connection
    for left in directory.glob(f"{DATABASE}*"):
        _remove(left)
    connection = connect(path, key)
    reuse.begin(connection)
    return connection


def _clear(directory: Path) -> None:
    """Remove what a killed run left half done; its database is looked at first."""
    for left in directory.glob(f"{DATABASE}*"):
        if left.name not in (DATABASE, f"{DATABASE}.wal"):
            _remove(left)
    for left in (directory / _KEPT).glob(".*"):
        _remove(left)
    for left in directory.iterdir():
        if left.is_symlink() and UNPLACED.fullmatch(left.name):
            left.unlink()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _frame(relation: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    frame: pl.DataFrame = relation.pl()
    return frame.with_columns(pl.col(pl.Categorical).cast(pl.String))  # what an ENUM holds is read as text


def _sync(directory: Path) -> None:
    """Flush a directory, its files and its own name to disk before anything points at them."""
    for path in [*directory.iterdir(), directory, directory.parent]:
        flush(path)
