"""Where an input lies: a path on a disk, or the address of an object in a bucket or on the web.

An address never holds a credential that is shown: one with a user's name or password is refused, and a query string,
which may be a signature, is used to fetch and stands in no message, table or output.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Final
from urllib.parse import unquote

from pydantic import BeforeValidator, PlainValidator

from turnout.errors import UsageError

#: Schemes that are read, and what each is of.
SCHEMES: Final = {"s3": "Amazon S3", "gs": "Google Cloud Storage", "az": "Azure Blob Storage", "https": "the web"}
_BUCKETS: Final = ("s3", "gs", "az")
#: Other spellings, which are named in a refusal.
_ALIASES: Final = {
    **dict.fromkeys(("s3a", "s3n", "r2"), "s3"),
    **dict.fromkeys(("gcs",), "gs"),
    **dict.fromkeys(("azure", "abfs", "abfss", "adl", "wasb", "wasbs"), "az"),
}
_WHOLE: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)
#: A path that was an address before its slashes were taken for empty directories.
_COLLAPSED: Final = re.compile(rf"({'|'.join((*SCHEMES, 'http', *_ALIASES))}):/(?!/)(.*)", re.DOTALL)
#: The beginning of an address that lacks its slashes.
_HALF: Final = re.compile(rf"({'|'.join((*SCHEMES, 'http', *_ALIASES))}):(?!/)", re.IGNORECASE)
_LOOPBACK: Final = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")
_HOST: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(:\d+)?")
_ZIP: Final = ".zip"


@dataclass(frozen=True)
class Version:
    """Which version of an object is meant.

    Attributes
    ----------
    etag : what the host calls it; "" where it says nothing
    size : bytes
    modified : when it was written; None where the host does not say
    """

    etag: str
    size: int
    modified: dt.datetime | None

    @property
    def is_known(self) -> bool:
        """Whether the tag tells one content from any other: a weak one (``W/``) need not."""
        return bool(self.etag) and not self.etag.startswith("W/")


@dataclass(frozen=True)
class Address:
    """An object of a bucket (``s3://bucket/key``) or a file on the web, or a member of such a zip.

    Attributes
    ----------
    scheme : one of :data:`SCHEMES`, or ``http`` of this machine itself
    host : the bucket or container, or the web's host and port
    key : below the host, without a slash before it; one at its end is a directory's
    query : what follows ``?`` on the web; never shown
    member : of a zip; "" for the object itself
    version : as it was found; None before it was looked for
    """

    scheme: str
    host: str
    key: str
    query: str = field(default="", repr=False)
    member: str = ""
    version: Version | None = None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/{self.key}{f'/{self.member}' if self.member else ''}"

    @property
    def identity(self) -> str:
        """What tells the object from all others: its address, and a hash of the query, which is not to be seen."""
        whole = f"{self.scheme}://{self.host}/{self.key}"
        return f"{whole} {hashlib.sha256(self.query.encode()).hexdigest()}" if self.query else whole

    @property
    def name(self) -> str:
        """The last part."""
        return PurePosixPath(self.key).name or self.host

    @property
    def suffix(self) -> str:
        """The last part's ending, with its dot."""
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> "Address":
        """The directory that it lies in; of what lies in none, the bucket or host."""
        above = PurePosixPath(self.key).parent
        return Address(self.scheme, self.host, "" if str(above) == "." else f"{above}/")

    @property
    def whole(self) -> "Address":
        """The object itself, of a member of a zip."""
        return replace(self, member="")

    @property
    def is_listed(self) -> bool:
        """Whether it may name several objects: a directory or a pattern."""
        return self.scheme in _BUCKETS and (self.key.endswith("/") or not self.key or self.is_pattern)

    @property
    def is_pattern(self) -> bool:
        """Whether it holds a wildcard; on the web there is nothing to match it with."""
        return self.scheme in _BUCKETS and any(sign in self.key for sign in "*[")

    @property
    def is_zip(self) -> bool:
        """Whether it is a zip, by its name."""
        return self.name.lower().endswith(_ZIP)

    def absolute(self) -> "Address":
        """Return itself, as a path would."""
        return self

    def resolve(self) -> "Address":
        """Return itself, as a path would."""
        return self


def located(given: object) -> Path | Address:
    """Return where an input lies, from text.

    Raises
    ------
    UsageError
        If it is an address of a kind that is not read, or one with a credential in it.
    ValueError
        If it is no text and no path.
    """
    if isinstance(given, Address):
        return given
    if not isinstance(given, str | Path):
        raise ValueError("Input is not a valid path")  # noqa: TRY004 - the type that pydantic takes
    text = str(given).strip()
    match = _WHOLE.fullmatch(text) or _COLLAPSED.fullmatch(text)
    if match is None and ("://" in text or _HALF.match(text)):
        raise UsageError("An input's address is not written as scheme://host/path, and is not shown. Write it so.")
    return Path(given) if match is None else _address(match[1].lower(), match[2])


def local(given: object) -> object:
    """Return what is read from a disk alone.

    Raises
    ------
    UsageError
        If it is an address.
    """
    found = located(given) if isinstance(given, str | Path) else given
    if isinstance(found, Address):
        raise UsageError(
            f"{found}: must be on a disk; only files of [inputs] may lie in a bucket or on the web. Name a path."
        )
    return given


def refuse(paths: Iterable[object], why: str) -> None:
    """Refuse addresses where only files on a disk will do.

    Raises
    ------
    UsageError
        If there is one; ``why`` is what is said of it.
    """
    for path in paths:
        found = located(path)
        if isinstance(found, Address):
            raise UsageError(f"{found}: {why}")


Location = Annotated[Path | Address, PlainValidator(located)]
"""A file on a disk, or an address: of the files in ``[inputs]``."""
Local = Annotated[Path, BeforeValidator(local)]
"""A file or directory on a disk."""


def _address(scheme: str, rest: str) -> Address:
    host, _, path = rest.partition("/")
    if "?" in host or "#" in host:
        host, path = re.split(r"[?#]", host, maxsplit=1)[0], ""
    if "@" in host or (":" in host and "@" in path):  # a password may hold a slash
        rest = host if "@" in host else path.partition("?")[0]
        raise UsageError(
            f"{scheme}://…@{rest.rpartition('@')[2]}: names a user in the address. Leave that out: credentials are"
            " taken from the environment or the machine, never from an address or a contest."
        )
    path, _, query = path.partition("?")
    path = path if scheme in _BUCKETS else path.partition("#")[0]
    shown = f"{scheme}://{host}/{path}"
    _require_readable(scheme, host, shown)
    if query and scheme in _BUCKETS:
        raise UsageError(
            f"{shown}: is followed by a question mark. Write the plain address of the object, without what a link"
            " has after it; * is the wildcard."
        )
    key = unquote(path) if scheme in ("http", "https") else path
    if any(part in ("", ".", "..") for part in key.removesuffix("/").split("/")) and key:
        raise UsageError(f"{shown}: has an empty part, or dots, between its slashes. Write the whole address.")
    if "?" in key:  # a query that was encoded
        raise UsageError(f"{scheme}://{host}: the address has a question mark in its path. Write it plainly.")
    if not key.isprintable():
        raise UsageError(f"{scheme}://{host}: the address has signs that cannot be printed. Write it plainly.")
    parts = key.split("/")
    inside = next((n for n, part in enumerate(parts[:-1], 1) if part.lower().endswith(_ZIP)), len(parts))
    return Address(scheme, host, "/".join(parts[:inside]), query, "/".join(parts[inside:]))


def _require_readable(scheme: str, host: str, shown: str) -> None:
    """Refuse a scheme that is not read, http to another machine, and an address without a host."""
    if not _HOST.fullmatch(host):
        raise UsageError(f"{scheme}://…: names no bucket or host after the slashes. Write the whole address.")
    if scheme == "http" and not _LOOPBACK.fullmatch(host):
        raise UsageError(f"{shown}: http is read by anyone on the way, and can be changed. Write https.")
    if scheme in _ALIASES:
        raise UsageError(f"{shown}: write {_ALIASES[scheme]}://, for {SCHEMES[_ALIASES[scheme]]}.")
    if scheme not in SCHEMES and scheme != "http":
        listed = ", ".join(f"{each}://" for each in SCHEMES)
        raise UsageError(f"{shown}: {scheme}:// is not read. Files on a disk are, and {listed}.")
