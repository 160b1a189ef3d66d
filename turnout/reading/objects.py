"""Objects in buckets and files on the web: found, listed, and fetched whole to a directory of one's own.

Nothing here is called unless an input is an address. The way to the hosts is obstore's (the extra ``cloud``), which
takes credentials from the environment or the machine it runs on, and from nowhere else. What it says of an error is
not passed on, for it holds whole addresses.
"""

import contextlib
import datetime as dt
import fnmatch
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

from turnout import reuse
from turnout.addresses import Address, Version
from turnout.errors import TurnoutError, UsageError
from turnout.reading import answers
from turnout.workspace import Workspace

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

#: Begins the name of a directory with a file that is being read, in a workspace.
STAGING: Final = ".reading-"
#: Objects that are asked for at once, which takes as long as the slowest answer.
ASKED_AT_ONCE: Final = 8
#: Bytes that are taken from a stream at once.
_CHUNK: Final = 8 << 20
#: Bytes of a zip that are asked for at once while its directory is looked for.
_LOOKED_AT: Final = 1 << 16
#: Longest name that a file fetched may have, in bytes; longer ones are of buckets alone.
_LONGEST_NAME: Final = 200


def found(address: Address) -> Address:
    """Return an address with the version that is there now.

    Raises
    ------
    UsageError
        If there is no such object, or it cannot be asked for.
    """
    if address.key.endswith("/") or not address.key:
        raise UsageError(f"{address}: names no file. On the web there are no directories: name each file.")
    with _in_words(address):
        import obstore  # noqa: PLC0415 - an extra

        return replace(address, version=_version(obstore.head(_store(address), address.key)))


def listed(address: Address, suffixes: tuple[str, ...]) -> list[Address]:
    """Return the objects that a directory or pattern names, with their versions, by name.

    Parameters
    ----------
    suffixes : how the files of a directory end that are meant; a pattern says it itself

    Raises
    ------
    UsageError
        If there is none, or the bucket cannot be asked.
    """
    fixed = re.split(r"[*\[]", address.key, maxsplit=1)[0] if address.is_pattern else address.key
    above = fixed[: fixed.rfind("/") + 1]
    is_flat = "/" not in address.key[len(above) :]
    keys = sorted(key for key in _keys(address, above, is_flat=is_flat) if _is_meant(key, address, suffixes))
    if not keys:
        held = "no object matches." if address.is_pattern else f"holds no file named {_any_of(suffixes)}."
        raise UsageError(f"{address}: {held} Check the address.")
    with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:  # not every host lists a tag as it tells it of the object
        return list(pool.map(found, [replace(address, key=key) for key in keys]))


def _keys(address: Address, above: str, *, is_flat: bool) -> list[str]:
    """Return the keys below a directory of a bucket; flat: those in it alone."""
    with _in_words(address):
        import obstore  # noqa: PLC0415 - an extra

        if is_flat:
            metas = list(obstore.list_with_delimiter(_store(address), above or None)["objects"])
        else:
            metas = [each for batch in obstore.list(_store(address), above or None) for each in batch]
    return [str(meta["path"]) for meta in metas]


def _is_meant(key: str, address: Address, suffixes: tuple[str, ...]) -> bool:
    """Whether a key is what an address names: its stars stand for no slash, as on a disk."""
    if not address.is_pattern:
        return "/" not in key.removeprefix(address.key) and key.lower().endswith(suffixes)
    parts, wanted = key.split("/"), address.key.split("/")
    return len(parts) == len(wanted) and all(
        fnmatch.fnmatchcase(part, pattern) and part.startswith(".") <= pattern.startswith(".")
        for part, pattern in zip(parts, wanted, strict=True)
    )


def _any_of(suffixes: tuple[str, ...]) -> str:
    return ", ".join(f"*{suffix}" for suffix in suffixes)


@contextlib.contextmanager
def at_hand(location: Path | Address | None, workspace: Workspace | None = None) -> Iterator[Path]:
    """Yield a file on this disk: itself, or for an address a copy that is removed when the block ends.

    Parameters
    ----------
    workspace : in whose directory the copy lies, and which remembers its hash; None: among temporary files

    Raises
    ------
    UsageError, InputRefused
        If it cannot be fetched whole, or is not what it was when it was found.
    """
    if not isinstance(location, Address):
        yield location or Path()
        return
    address = location.whole if location.version is not None else found(location.whole)
    directory = None if workspace is None else workspace.directory
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=directory) as staging:
        path = Path(staging) / _name(address)
        sha256 = fetch(address, path)
        if workspace is not None:
            reuse.remember(workspace.connection, address, sha256)
        yield path


def fetch(address: Address, path: Path) -> str:
    """Write an object to a file and return its hash, taken on the way.

    Raises
    ------
    UsageError
        If it is gone or cannot be asked for.
    InputRefused
        If it changed since it was found, or ends before its time.
    """
    digest, received = hashlib.sha256(), 0
    with _in_words(address), path.open("xb") as file:
        for chunk in _got(address).stream(min_chunk_size=_CHUNK):
            block = memoryview(chunk)
            file.write(block)
            digest.update(block)
            received += len(block)
    if address.version is not None and received != address.version.size:
        raise answers.cut_off(address)
    return digest.hexdigest()


@contextlib.contextmanager
def opened(address: Address) -> Iterator[IO[bytes]]:
    """Open an object of which parts are to be read, where they stand.

    Raises
    ------
    UsageError, InputRefused
        Now or while reading, as :func:`fetch` does.
    """
    with io.BufferedReader(_Parts(address), _LOOKED_AT) as file:
        yield file


class _Parts(io.RawIOBase):
    """An object as a file whose parts are fetched as they are read."""

    def __init__(self, address: Address) -> None:
        self._address = address if address.version is not None else found(address)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence], 0)
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any that can be written to
        stop = min(self._at + len(buffer), self._size)
        if stop <= self._at:
            return 0
        with _in_words(self._address):
            data = memoryview(_got(self._address, (self._at, stop)).bytes())
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    @property
    def _size(self) -> int:
        return 0 if self._address.version is None else self._address.version.size


def _got(address: Address, part: tuple[int, int] | None = None) -> Any:  # noqa: ANN401 - of an extra
    """Ask for an object, or a part of it, in the version that was found.

    Raises
    ------
    InputRefused
        If it is another by now.
    """
    import obstore  # noqa: PLC0415 - an extra

    before = address.version
    options: dict[str, Any] = {} if part is None else {"range": part}
    if before is not None and before.is_known:
        options["if_match"] = before.etag
    result = obstore.get(_store(address), address.key, options=options)  # type: ignore[arg-type]
    now = _version(result.meta)
    if before is not None and (now.etag, now.size) != (before.etag, before.size):
        raise answers.changed(address)
    return result


def _version(meta: Any) -> Version:  # noqa: ANN401 - a mapping of an extra
    modified: dt.datetime | None = meta["last_modified"]
    is_told = modified is not None and modified.timestamp() > 0  # hosts that say nothing are given 1970
    return Version(meta["e_tag"] or "", int(meta["size"]), modified if is_told else None)


def _name(address: Address) -> str:
    """Return what a copy is called: as the object, that messages be the same."""
    is_short = len(address.name.encode()) <= _LONGEST_NAME
    return address.name if is_short else f"object{PurePosixPath(address.name).suffix[:20]}"


def _store(address: Address) -> Any:  # noqa: ANN401 - of an extra
    """Return the way to a bucket or host, with credentials from the environment or the machine."""
    from obstore import store  # noqa: PLC0415 - an extra

    plain = (
        address.scheme == "http" or os.environ.get(answers.ALLOW_HTTP.get(address.scheme, ""), "").lower() in _TRUE
    )
    client: ClientConfig = {
        "allow_http": plain,
        "connect_timeout": dt.timedelta(seconds=5),
        "read_timeout": dt.timedelta(seconds=60),
        "timeout": dt.timedelta(hours=12),  # of a whole file
    }
    retry: RetryConfig = {
        "max_retries": 2,
        "retry_timeout": dt.timedelta(seconds=60),
        "backoff": {
            "init_backoff": dt.timedelta(milliseconds=200),
            "max_backoff": dt.timedelta(seconds=5),
            "base": 2,
        },
    }
    kinds = {"s3": store.S3Store, "gs": store.GCSStore, "az": store.AzureStore}
    if address.scheme in kinds:
        return kinds[address.scheme](address.host, client_options=client, retry_config=retry)
    query = f"?{address.query}" if address.query else ""
    return store.HTTPStore(f"{address.scheme}://{address.host}{query}", client_options=client, retry_config=retry)


_TRUE: Final = ("1", "true", "t", "yes", "y", "on")


@contextlib.contextmanager
def _in_words(address: Address) -> Iterator[None]:
    """Say in words what a host answered, or that it did not."""
    try:
        yield
    except TurnoutError:
        raise
    except ImportError:
        raise answers.not_installed(address) from None
    except FileNotFoundError:
        raise answers.NoObject(f"{address}: there is no such object. Check the address.") from None
    except Exception as error:
        if not answers.is_of_host(error):
            raise
        raise answers.refusal(address, type(error).__name__, str(error)) from None
