"""A small election night: releases of one contest, each as the lines of a returns file."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from tests.projection.conftest import MODES, Lines, write_returns
from tests.projection.test_project import election, precincts, with_polls
from turnout.contest import Contest, Inputs
from turnout.running.feeds import Files
from turnout.running.shelf import Arrival
from turnout.running.watch import Told, Watch

#: How many of the 40 precincts have reported their polls in each release.
STAGES = (0, 8, 25, 40)


def releases(seed: int = 3) -> list[Lines]:
    lines = election(seed=seed)
    names = precincts(lines)
    return [with_polls(lines, set(names[:count])) for count in STAGES]


def contest(tmp_path: Path, **fields: object) -> Contest:
    inputs = Inputs(returns=(tmp_path / "returns.csv",))
    return Contest.model_validate({"inputs": inputs, "output": tmp_path / "out", "draws": 100, "seed": 3, **fields})


def publish(path: Path, lines: Lines) -> None:
    """Write a release as a careful publisher does, and long enough ago to be settled."""
    temporary = write_returns(path.with_suffix(".part"), lines, MODES)
    os.utime(temporary, (1_600_000_000, 1_600_000_000))
    temporary.replace(path)


class Night:
    """A feed that publishes the next release at every look, through the feed that the command uses."""

    def __init__(self, asked: Contest, nights: Sequence[Lines | None]) -> None:
        self._asked, self._nights = asked, nights

    def arrivals(self, stop: Event) -> Iterator[Arrival | str | None]:
        looks = Files(self._asked.inputs, interval=0.0).arrivals(stop)
        for lines in self._nights:
            if lines is not None:
                publish(self._asked.inputs.returns[0], lines)
            yield next(looks)
        stop.set()


def watched(asked: Contest, nights: Sequence[Lines | None], **options: object) -> list[Told]:
    """Watch a whole night and return all that was told."""
    watch = Watch(asked, **options)  # type: ignore[arg-type]
    return list(watch.run(Night(asked, nights), Event()))
