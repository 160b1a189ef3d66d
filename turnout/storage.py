"""How files get on disk: readable by their owner alone, whole or not at all, and one run at a time in a directory."""

import contextlib
import datetime as dt
import errno
import fcntl
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Final

from turnout.errors import UsageError, WorkspaceBusy

LOCK: Final = ".lock"
#: Below an output directory, where a rehearsal of the contest publishes.
REPLAY: Final = "replay"
#: Name of what a run is about to put in place under the name that the group holds.
UNPLACED: Final = re.compile(r"\.(.+)\.[0-9a-f]{8}")
#: How often a run that waits for another looks whether it has ended, in seconds.
_LOOKS_EVERY: Final = 0.2


def hold(directory: Path, wait: float = 0) -> IO[str]:
    """Make the directory if need be and take its lock, which is the operating system's and dies with its holder.

    Parameters
    ----------
    wait : seconds to wait for another holder

    Raises
    ------
    WorkspaceBusy
        If another holds it still.
    UsageError
        If the directory cannot be made or written.
    """
    until = time.monotonic() + wait
    try:
        while True:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with private_umask():
                lock = (directory / LOCK).open("a+", encoding="utf-8")
            if _locked(lock) and _is_still(lock, directory / LOCK):
                lock.truncate(0)
                lock.write(f"process {os.getpid()}, since {dt.datetime.now():%H:%M:%S}")
                lock.flush()
                return lock
            holder = _holder(lock)
            lock.close()
            if time.monotonic() >= until:
                raise WorkspaceBusy(
                    f"{directory}: another run holds this directory{holder}. Wait for it (--wait), or stop it."
                )
            time.sleep(_LOOKS_EVERY)
    except OSError as error:
        raise UsageError(f"{directory}: cannot be written ({error.strerror}). Name another --output.") from None


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        lock.close()
        raise
    return True


def _is_still(lock: IO[str], path: Path) -> bool:
    """Whether the file that was locked still stands there: its directory may have been removed meanwhile."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(lock.fileno())
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


def _holder(lock: IO[str]) -> str:
    """Return who holds the lock, in brackets; the file says it, which only its owner can write."""
    lock.seek(0)
    told = lock.read(80)
    return f" ({told})" if re.fullmatch(r"process \d+, since [\d:]+", told) else ""


@contextlib.contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Yield where to write a file for its owner alone; it is put in its place, whole, if the block ends well."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        temporary.touch(mode=0o600)
        yield temporary
        flush(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, into a directory that is itself put in place whole, and flushed then."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def place(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all."""
    with placed(path) as temporary:
        temporary.write_bytes(content)


def place_all(directory: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write files, each whole or not at all, into a directory that is made if need be. Returns their names.

    What a killed run was about to put there is removed.

    Raises
    ------
    UsageError
        If the directory cannot be made or written.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_unplaced(directory, contents)
        for name, content in contents.items():
            place(directory / name, content)
    except OSError as error:
        raise UsageError(f"{directory}: cannot be written ({error.strerror}). Name another --output.") from None
    return list(contents)


def remove_unplaced(directory: Path, names: Collection[str]) -> None:
    """Remove the files that a killed run was about to put in place under one of the names."""
    for path in directory.glob(".*") if directory.is_dir() else ():
        match = UNPLACED.fullmatch(path.name)
        if match and match[1] in names and path.is_file():
            path.unlink()


@contextlib.contextmanager
def private_umask() -> Iterator[None]:
    """Make new files readable by their owner only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def flush(path: Path) -> None:
    """Flush a file or directory to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_link(link: Path, target: Path) -> None:
    """Point a link at a target in one rename."""
    if link.is_symlink() and link.readlink() == target:
        return
    temporary = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    temporary.symlink_to(target)
    temporary.replace(link)
