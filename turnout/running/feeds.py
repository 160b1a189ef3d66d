"""Where releases of the returns come from while a contest is watched: files that change, or the newest of many."""

import datetime as dt
import glob
import shlex
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final, Protocol

from turnout.addresses import Address, located
from turnout.contest import Inputs
from turnout.errors import TurnoutError, UsageError
from turnout.reading import answers, files, objects, source
from turnout.reading.source import Source
from turnout.running.shelf import Arrival

#: Seconds for which a file's size and time of change must stand still before it is taken for whole …
SETTLED: Final = 1.0
#: … and before it is worth reading, so that by the time it has been read it is known to be whole.
_QUIET: Final = 0.2
#: Seconds after which a file that does not stand still is left to the next look.
_PATIENCE: Final = 20.0
_STEP: Final = 0.05
#: What is said after what is amiss with a file that is not there.
WAITING: Final = " Waiting for it."
#: Seconds that a command may run.
_LONGEST: Final = 300

Stamp = tuple[tuple[str, int, int, int, int], ...]
"""Path, size, time of its content's and of its own change, and inode of each file; of an object, its version."""


class Feed(Protocol):
    """Yields releases as they arrive."""

    def arrivals(self, stop: Event) -> Iterator[Arrival | str | None]:
        """Yield each release; a sentence where something is amiss; None after a look that found nothing new.

        Ends when ``stop`` is set, or when there is nothing more to come.
        """


@dataclass(frozen=True)
class Files:
    """The returns of a contest: files that are rewritten, or files of a pattern of which the newest counts.

    Where the voter file, its history or the ballots change, the returns arrive once more.

    Attributes
    ----------
    inputs : the contest's
    newest : pattern of files that are each a whole release; None: the files of ``inputs`` together are one
    command : run before each look, without a shell; empty: none
    interval : seconds between looks
    """

    inputs: Inputs
    newest: str | None = None
    command: str = ""
    interval: float = 1.0

    def __post_init__(self) -> None:
        if self.newest is None and not (self.inputs.returns or self.inputs.release):
            raise UsageError(
                "There are no returns to watch. Name a file with --returns, a pattern with --releases, or `returns`"
                " in [inputs]."
            )

    def arrivals(self, stop: Event) -> Iterator[Arrival | str | None]:
        """Yield the returns whenever their files have changed and stand still."""
        seen: Stamp = ()
        others = [*self.inputs.voters, *self.inputs.vote_history, *self.inputs.ballots]
        while not stop.is_set():
            if problem := _run(self.command):
                yield problem
            try:
                returns, published = self._found()
                beside = source.expand(others, files.members())
                watched = [*returns, *published, *beside]
                stamp = _stamp(watched)
                is_new = stamp not in ((), seen) and (stamp := _quiet(watched, stamp, stop))
                arrival = self._arrival(returns, published, beside, stamp) if is_new else None
            except TurnoutError as error:
                yield f"{error}{WAITING}"
            else:
                seen = stamp if arrival is not None else seen
                yield arrival
            stop.wait(self.interval)

    def _found(self) -> tuple[list[Source], list[Source]]:
        """Return the files that are the returns now, and those of releases that are there.

        Raises
        ------
        TurnoutError
            If one is missing, or is an archive that cannot be opened.
        """
        if self.newest is not None and isinstance(pattern := located(self.newest), Address):
            several = source.expand([pattern])
            return [max(several, key=lambda each: (str(source.written(each.path)), each.name))], []
        if self.newest is not None:
            matched = [Path(path) for path in glob.glob(self.newest)]  # noqa: PTH207 - of a whole path
            if not matched:
                raise UsageError(f"{self.newest}: no file matches.")
            return [Source(max(matched, key=lambda path: (path.stat().st_mtime_ns, path.name)))], []
        return source.expand(self.inputs.returns, files.members()), _published(self.inputs)

    def _arrival(
        self, returns: Sequence[Source], published: Sequence[Source], beside: Sequence[Source], stamp: Stamp
    ) -> Arrival:
        found = [*returns, *published]
        names = _names([each.whole for each in found])
        whole = time.monotonic() + max(SETTLED - _age(stamp), 0.0)

        def steady() -> bool:
            time.sleep(max(whole - time.monotonic(), 0.0))
            return _stamp([*found, *beside]) == stamp

        def inputs(directory: Path) -> Inputs:
            if self.newest is not None:
                return self.inputs.model_copy(update={"returns": (directory / names[found[0].whole],), "release": ()})
            there = [directory / names[each.whole] for each in published]
            return self.inputs.model_copy(
                update={
                    "returns": tuple(directory / names[each.whole] / each.member for each in returns),
                    "release": tuple(
                        release.model_copy(update={"file": there[n] if n < len(there) else None})
                        for n, release in enumerate(self.inputs.release)  # those to come stand last
                    ),
                }
            )

        return Arrival(
            dt.datetime.now().astimezone(),
            {name: _content(path) for path, name in names.items()},
            inputs,
            beside=stamp[len(found) :],
            steady=steady,
        )


def _content(path: Path | Address) -> Path | bytes:
    """Return a file, or what is in an object, in the version that was found."""
    if isinstance(path, Path):
        return path
    with objects.at_hand(path) as file:
        return file.read_bytes()


def _published(inputs: Inputs) -> list[Source]:
    """Return the files of the releases that are there already.

    Raises
    ------
    UsageError
        If one is missing while a later one is there.
    """
    named = [release.file for release in inputs.release if release.file is not None]
    found = [_if_there(path) for path in named]
    there = [each is not None for each in found]
    if there != sorted(there, reverse=True):
        raise UsageError(f"{named[there.index(False)]}: no such file, and a later release is there.")
    return [each for each in found if each is not None]


def _if_there(path: Path | Address) -> Source | None:
    if isinstance(path, Path):
        return Source(path) if path.exists() else None
    try:
        return Source(objects.found(path))
    except answers.NoObject:
        return None


def _names(paths: Sequence[Path | Address]) -> dict[Path | Address, str]:
    """Name the copies of files as reading calls them: by the last part, with the directory's where two share it."""
    several = list(dict.fromkeys(paths))
    last = Counter(path.name for path in several)
    return {
        path: path.name if last[path.name] == 1 else f"{number}/{path.parent.name}/{path.name}"
        for number, path in enumerate(several)
    }


def _stamp(found: Sequence[Source]) -> Stamp:
    """Return what changes when a file is written; empty where there is none, or one has just gone."""
    try:
        return tuple(_told(each.whole) for each in found)
    except OSError:
        return ()


def _told(path: Path | Address) -> tuple[str, int, int, int, int]:
    if isinstance(path, Path):
        stat = path.stat()
        return str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
    version = path.version
    if version is None:
        raise ValueError(f"{path}: was not looked up")
    return f"{path.identity} {version.etag} {version.modified}", version.size, 0, 0, 0  # whole as soon as it is there


def _age(stamp: Stamp) -> float:
    """Seconds since the newest of the files was written."""
    return time.time() - max(mtime for _, _, mtime, *_ in stamp) / 1e9


def _quiet(found: Sequence[Source], stamp: Stamp, stop: Event) -> Stamp:
    """Wait until files stand still for a moment, and return their stamp; empty where they do not."""
    began = still = time.monotonic()
    while _age(stamp) < _QUIET and time.monotonic() - still < _QUIET:
        if time.monotonic() - began > _PATIENCE or stop.wait(_STEP):
            return ()
        now = _stamp(found)
        if now != stamp:
            stamp, still = now, time.monotonic()
        if not stamp:
            return ()
    return stamp


def _run(command: str) -> str:
    """Run the user's command; return what went wrong."""
    if not command:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, and no shell
            shlex.split(command),
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, ValueError) as error:
        return f"The command cannot be run ({getattr(error, 'strerror', None) or error}): {command}."
    except subprocess.TimeoutExpired:
        return f"The command was stopped after {_LONGEST} s: {command}."
    if not done.returncode:
        return ""
    told = done.stderr.strip().splitlines()
    return f"The command ended with code {done.returncode}{f' ({told[-1][:200]})' if told else ''}: {command}."
