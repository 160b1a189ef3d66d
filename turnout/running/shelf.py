"""Every release of the returns that a watch saw, kept in the workspace by time and hash, and what became of it."""

import datetime as dt
import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final, Literal

import polars as pl

from turnout.contest import Inputs
from turnout.errors import UsageError, WorkspaceBusy
from turnout.storage import hold, place, placed, private_umask

Status = Literal["new", "taken", "held", "refused", "kept"]
"""Not looked at yet; projected; held back for it says less than the one before; of no use; kept, not projected."""

_RECORD: Final = "release.json"
_FILES: Final = "files"
_COUNTED: Final = "counted.parquet"
_PROJECTED: Final = "projection.parquet"
_CONFIRMED: Final = "confirmed"
_STAGING: Final = ".arriving-"
#: Hexadecimal digits of a hash that name a release.
_SHORT: Final = 12


@dataclass(frozen=True)
class Arrival:
    """A release that has just been found.

    Attributes
    ----------
    at : when it was published or, where that is not known, found; with a time zone
    files : name below the release's directory -> the file, or its content
    inputs : from the directory of its files to the inputs to project; None where there is nothing to project yet
    said : what it counts so far, for a release there is nothing to project from
    beside : what tells the other inputs of the contest from those of another moment
    steady : waits until the files have stood still long enough to be whole; whether they are still those found
    """

    at: dt.datetime
    files: Mapping[str, Path | bytes]
    inputs: Callable[[Path], Inputs | None]
    said: str = ""
    beside: Hashable = None
    steady: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class Release:
    """A release on the shelf."""

    directory: Path
    at: dt.datetime
    sha256: str
    status: Status = "new"
    said: str = ""

    @property
    def name(self) -> str:
        """First digits of its hash, by which a user confirms it."""
        return self.sha256[:_SHORT]

    @property
    def files(self) -> Path:
        """Directory of its files."""
        return self.directory / _FILES

    def counted(self) -> pl.DataFrame | None:
        """Return what it says is counted, where it could be read."""
        return _frame(self.directory / _COUNTED)

    def projected(self) -> pl.DataFrame | None:
        """Return the projection made of it, where there is one."""
        return _frame(self.directory / _PROJECTED)


@dataclass
class Shelf:
    """The releases kept in one directory, which one watch at a time holds.

    Attributes
    ----------
    directory : made if missing, readable by its owner only
    """

    directory: Path
    _lock: IO[str] = field(init=False)

    def __post_init__(self) -> None:
        try:
            with private_umask():  # directories above it are made as private
                self._lock = hold(self.directory)
        except WorkspaceBusy:
            raise WorkspaceBusy(
                f"{self.directory.parents[1]}: another watch holds this directory. Stop it first."
            ) from None
        for leftover in self.directory.glob(f"{_STAGING}*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def close(self) -> None:
        """Let another watch hold the directory."""
        self._lock.close()

    def clear(self) -> None:
        """Forget every release."""
        for release in self.releases():
            shutil.rmtree(release.directory)

    def releases(self) -> list[Release]:
        """Return what is kept, in order of time."""
        return _releases(self.directory)

    def take(self, arrival: Arrival) -> Release:
        """Copy a release here, or return the last one, if it is the same."""
        staging = self.directory / f"{_STAGING}{secrets.token_hex(6)}"
        try:
            with private_umask():
                (staging / _FILES).mkdir(parents=True)
                sha256 = _copied(arrival.files, staging / _FILES)
            known = self.releases()
            if known and known[-1].sha256 == sha256:
                return known[-1]
            moment = arrival.at.astimezone(dt.UTC)
            release = Release(self.directory / f"{moment:%Y%m%dT%H%M%S}Z-{sha256[:_SHORT]}", arrival.at, sha256)
            if not release.directory.exists():
                _write_record(staging, release)
                staging.rename(release.directory)
            return release
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def drop(self, release: Release) -> None:
        """Forget a release that was not whole yet."""
        shutil.rmtree(release.directory)

    def prune(self, most: int) -> None:
        """Remove the copied files of all but the newest ``most`` releases, and of those held back.

        What became of each, what it counted and its projection stay.
        """
        for release in self.releases()[:-most]:
            if release.status != "held":
                shutil.rmtree(release.files, ignore_errors=True)

    def record(
        self,
        release: Release,
        status: Status,
        said: str = "",
        *,
        counted: pl.DataFrame | None = None,
        projected: pl.DataFrame | None = None,
    ) -> Release:
        """Keep what became of a release beside its files."""
        for name, frame in ((_COUNTED, counted), (_PROJECTED, projected)):
            if frame is not None:
                with placed(release.directory / name) as temporary:
                    frame.write_parquet(temporary)
        done = replace(release, status=status, said=said)
        _write_record(release.directory, done)
        return done

    def take_confirmation(self, release: Release) -> bool:
        """Whether the user has confirmed a release; the confirmation is used up."""
        path = self.directory / _CONFIRMED
        if not path.is_file() or not release.sha256.startswith(path.read_text(encoding="ascii").strip()):
            return False
        path.unlink()
        return True


def confirm(directory: Path, name: str) -> Release:
    """Confirm a release that was held back, for the watch that holds ``directory`` or the next that will.

    Parameters
    ----------
    name : the first digits of its hash

    Raises
    ------
    UsageError
        If no release that is held back begins so.
    """
    held = [release for release in _releases(directory) if release.status == "held"]
    found = [release for release in held if name and release.sha256.startswith(name.lower())]
    if not found:
        names = ", ".join(release.name for release in held[-3:]) or "none"
        raise UsageError(f"--confirm {name}: no release held back has that name. Held back: {names}.")
    place(directory / _CONFIRMED, found[-1].sha256.encode())
    return found[-1]


def _releases(directory: Path) -> list[Release]:
    found = []
    for path in directory.glob(f"*/{_RECORD}"):
        try:
            told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            at = dt.datetime.fromisoformat(told["at"])
            found.append(Release(path.parent, at, told["sha256"], told["status"], told["said"]))
        except (ValueError, KeyError, TypeError):
            continue  # somebody else's, or edited by hand: the release counts as never seen
    return sorted(found, key=lambda release: (release.at, release.sha256))


def _copied(files: Mapping[str, Path | bytes], directory: Path) -> str:
    """Copy files, and return the hash of their names and contents."""
    whole = hashlib.sha256()
    for name, content in sorted(files.items()):
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            shutil.copyfile(content, target)
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{name}\0{digest}\n".encode())
    return whole.hexdigest()


def _write_record(directory: Path, release: Release) -> None:
    told = {"at": release.at.isoformat(), "sha256": release.sha256, "status": release.status, "said": release.said}
    place(directory / _RECORD, f"{json.dumps(told, ensure_ascii=False)}\n".encode())


def _frame(path: Path) -> pl.DataFrame | None:
    return pl.read_parquet(path) if path.is_file() else None
