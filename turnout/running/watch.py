"""A contest projected whenever its returns change: releases kept, regressions held back, a page that follows."""

import datetime as dt
from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final, Literal

import polars as pl

from turnout import reporting
from turnout.contest import Contest, Inputs
from turnout.errors import InputRefused, TurnoutError, WorkspaceBusy
from turnout.reading.answers import Passing
from turnout.reporting import live as page
from turnout.running import regressions
from turnout.running.feeds import Feed
from turnout.running.live import Live
from turnout.running.progress import Progress, silent
from turnout.running.regressions import Regression
from turnout.running.shelf import Arrival, Release, Shelf, Status
from turnout.workspace import Workspace

_SHELF: Final = Path(".kept", "releases")
_REPLAYED: Final = Path(".kept", "replay")


@dataclass(frozen=True)
class Told:
    """Something that happened while watching.

    Attributes
    ----------
    kind : what became of a release, or ``note``: something is amiss, and the watch goes on
    at : when the release was published or found
    release : name of the release; empty for a note
    said : why it was not projected, or what is amiss
    projection : columns :data:`turnout.reporting.live.FOLLOWED`; None where nothing was projected
    """

    kind: Status | Literal["note"]
    at: dt.datetime
    release: str = ""
    said: str = ""
    projection: pl.DataFrame | None = None


class _Changing(Exception):  # noqa: N818 - no error of anyone's
    """The files of a release have changed since they were copied: they were still being written."""


class _Regressed(InputRefused):
    """A release that says less than the one before it."""

    def __init__(self, found: Sequence[Regression]) -> None:
        super().__init__("; ".join(each.sentence() for each in found))


@dataclass
class Watch:
    """Projects the releases of a feed as they arrive, and publishes each result with a live page.

    What is published stays whole whatever happens: a release that cannot be read, that says less than the one before
    it, or a watch that is killed leaves the last result.

    Attributes
    ----------
    contest : what to project
    refresh : seconds after which the live page loads itself again
    accept_regressions : whether a release that says less than the one before it is taken all the same
    replayed : whether the releases are a history's; they are kept apart, and those of an earlier replay forgotten
    keep : how many releases' files are kept, the newest; None for all
    progress : called with the name of each stage of an update as it begins
    steps : the releases projected so far, those of an earlier watch of this contest too
    """

    contest: Contest
    refresh: int = 5
    accept_regressions: bool = False
    replayed: bool = False
    keep: int | None = None
    progress: Progress = silent
    steps: list[page.Step] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._live: Live | None = None
        self._shelf = Shelf(shelf_of(self.contest.output, replayed=self.replayed))
        if self.replayed:
            self._shelf.clear()
        self._beside: tuple[Hashable, ...] = ()  # of the release seen last, by this watch
        self._later: tuple[str, str] | None = None
        self._taken: Release | None = None
        self._held: tuple[Release, Inputs] | None = None
        for release in self._shelf.releases():
            projection = release.projected()
            if release.status == "taken" and projection is not None:
                self._taken = release
                self.steps.append(page.Step(release.at, release.name, projection))

    def run(self, feed: Feed, stop: Event) -> Generator[Told, None, None]:
        """Watch until ``stop`` is set or the feed ends. Yields what happens, once the page says so too.

        The workbook, which would hold up each release, is made from the last one once the watch ends.
        """
        waiting: Arrival | None = None
        noted = ""
        try:
            for found in feed.arrivals(stop):
                if isinstance(found, Arrival):
                    waiting = found
                told = self._note(found) if isinstance(found, str) else self._look(waiting)
                if told is None or told.kind != "note":
                    waiting, noted = None, ""
                if told is not None and (told.kind != "note" or told.said != noted):
                    noted = told.said if told.kind == "note" else ""
                    self._write(self.refresh)
                    yield told
        finally:
            self._shelf.close()
            self._write(None)
            if self._live is not None and self._taken is not None:
                reporting.rebuild(self.contest.output, self.contest.inputs.boundaries)

    def _look(self, waiting: Arrival | None) -> Told | None:
        """Take the release that waits, or the one the user has confirmed; None where there is neither."""
        if waiting is not None:
            return self._arrived(waiting)
        if self._held is not None and self._shelf.take_confirmation(self._held[0]):
            return self._projected(*self._held, insist=True)
        return None

    def _arrived(self, arrival: Arrival) -> Told | None:
        """Take a release; None where its files changed while they were copied, or it is the one seen last."""
        release = self._shelf.take(arrival)
        if release.status != "new" and self._beside == (arrival.beside,):
            return None
        inputs = arrival.inputs(release.files)
        if inputs is None:
            said = f"a mode is not counted in full{arrival.said}; the projection stands"
            self._shelf.record(release, "kept", said)
            self._later = release.name, said
            return Told("kept", release.at, release.name, said)
        try:
            told = self._projected(release, inputs, insist=self.accept_regressions, steady=arrival.steady)
        except _Changing:
            if release.status == "new":
                self._shelf.drop(release)
            return None
        self._beside = (arrival.beside,)
        if self.keep is not None:
            self._shelf.prune(self.keep)
        return told

    def _projected(
        self, release: Release, inputs: Inputs, *, insist: bool, steady: Callable[[], bool] = lambda: True
    ) -> Told:
        """Project a release and publish it, unless it cannot be read or is held back.

        Raises
        ------
        _Changing
            If its files are not ``steady``. While they are watched for that, they are read: it costs no time.
        """
        seen: list[pl.DataFrame] = []

        def judge(workspace: Workspace) -> None:
            seen.append(regressions.counted(workspace))
            if not steady():
                raise _Changing
            if not insist:
                self._judge(workspace, seen[0])

        if self._live is None:
            self._live = Live(self.contest.model_copy(update={"inputs": inputs}), workbook=False)
        try:
            run = self._live.update(inputs=inputs, judge=judge, progress=self.progress)
        except (WorkspaceBusy, Passing) as error:
            return self._note(f"{error} It is tried again at the next look.")
        except _Regressed as error:
            self._held = self._shelf.record(release, "held", str(error), counted=seen[0]), inputs
            return Told("held", release.at, release.name, str(error))
        except TurnoutError as error:
            if not steady():
                raise _Changing from None
            self._shelf.record(release, "refused", str(error))
            return Told("refused", release.at, release.name, str(error))
        projection = run.people.select(page.FOLLOWED)
        self._taken = self._shelf.record(release, "taken", counted=seen[0], projected=projection)
        self._held = self._later = None
        if self.steps and self.steps[-1].release == release.name:  # a watch that was started anew
            self.steps.pop()
        self.steps.append(page.Step(release.at, release.name, projection))
        return Told("taken", release.at, release.name, projection=projection)

    def _judge(self, workspace: Workspace, now: pl.DataFrame) -> None:
        """Hold back what says less than the release before, unless the one held back last said so too."""
        before = None if self._taken is None else self._taken.counted()
        found = () if before is None else regressions.between(workspace, before, now)
        if not found:
            return
        held = None if self._held is None else self._held[0].counted()
        if held is None or regressions.between(workspace, held, now):
            raise _Regressed(found)

    def _note(self, said: str) -> Told:
        return Told("note", dt.datetime.now().astimezone(), said=said)

    def _write(self, refresh: int | None) -> None:
        held = None if self._held is None else (self._held[0].name, self._held[0].said)
        page.write(self.contest.output, page.State(tuple(self.steps), refresh, held, self._later))


def shelf_of(output: Path, *, replayed: bool = False) -> Path:
    """Directory in which the releases of a contest with this ``output`` are kept."""
    return output / (_REPLAYED if replayed else _SHELF)
