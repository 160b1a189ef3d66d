"""Workspaces encrypted at rest, by DuckDB's own encryption (AES-256, GCM) and with a key that no command line shows.

The key comes from the environment: ``TURNOUT_KEY_FILE`` names a file that holds it, ``TURNOUT_KEY`` is the key
itself. DuckDB writes encrypted files only with the OpenSSL of its ``httpfs`` extension. Where that is not installed,
a run with a key is refused: DuckDB's other way, without a sound source of randomness, is never taken.
"""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import duckdb

from turnout.errors import UsageError
from turnout.quoting import literal

KEY: Final = "TURNOUT_KEY"
KEY_FILE: Final = "TURNOUT_KEY_FILE"

_SHORTEST: Final = 16
_PARQUET_KEY: Final = "workspace"


@dataclass(frozen=True)
class Key:
    """A key for workspaces; it is never shown, not even in a traceback's ``repr``."""

    text: str = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self | None:
        """Return the key that the environment names, None where it names none.

        Raises
        ------
        UsageError
            If it names two, the file cannot be read or others may read it, or the key is too short to be one.
        """
        path, text = environment.get(KEY_FILE, ""), environment.get(KEY, "")
        if not path and not text:
            return None
        if path and text:
            raise UsageError(f"{KEY} and {KEY_FILE} exclude each other. Unset one.")
        if path:
            text = _read(Path(path))
        if len(text) < _SHORTEST:
            where = KEY_FILE if path else KEY
            raise UsageError(
                f"{where}: the key has fewer than {_SHORTEST} characters. `openssl rand -base64 32` makes one."
            )
        return cls(text)

    @property
    def for_parquet(self) -> str:
        """The key of kept Parquet files: 256 bits made from this one, in base64."""
        return base64.b64encode(hashlib.sha256(b"parquet\0" + self.text.encode()).digest()).decode()


def attach(connection: duckdb.DuckDBPyConnection, path: Path, key: Key) -> None:
    """Open or make an encrypted database, and let what follows on the connection work in it.

    Raises
    ------
    UsageError
        If DuckDB cannot write encrypted files here, or the key is another than the database was made with.
    """
    _load_crypto(connection)
    try:
        connection.execute(
            f"ATTACH {literal(path)} AS workspace (ENCRYPTION_KEY $key, ENCRYPTION_CIPHER 'GCM')", {"key": key.text}
        )
    except duckdb.InvalidInputException:
        raise UsageError(f"{path}: made with another key. Set the one it was made with.") from None
    except duckdb.Error as error:
        if "crypto" in str(error):
            raise _no_crypto() from None
        raise
    connection.execute("USE workspace")
    connection.execute("SET temp_file_encryption = true")
    connection.execute(f"PRAGMA add_parquet_key('{_PARQUET_KEY}', '{key.for_parquet}')")


def parquet_options(key: Key | None, *, sign: str = "") -> str:
    """Return the option of ``COPY`` (with ``=`` as sign: of ``read_parquet``) for kept files; none without a key."""
    return "" if key is None else f", encryption_config {sign} {{footer_key: '{_PARQUET_KEY}'}}"


def _load_crypto(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extension that is installed; nothing is fetched."""
    try:
        connection.execute("LOAD httpfs")
    except duckdb.Error:
        raise _no_crypto() from None


def _no_crypto() -> UsageError:
    return UsageError(
        f"A key is set ({KEY} or {KEY_FILE}), but DuckDB cannot write encrypted files here: its httpfs extension is"
        " not installed. Install it (in DuckDB, with network: INSTALL httpfs), or unset the key and keep the"
        " workspace on an encrypted disk. Nothing was written."
    )


def _read(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(f"{KEY_FILE}: {path} can be read by others. Run `chmod 600 {path}`.")
        return path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise UsageError(f"{KEY_FILE}: {path} is not text.") from None
    except OSError as error:
        raise UsageError(f"{KEY_FILE}: {path} cannot be read ({error.strerror}).") from None
