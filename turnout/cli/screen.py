"""What a terminal shows while a command works: how much is done, and about how long the rest will take."""

import contextlib
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console

    from turnout.addresses import Address
    from turnout.contest import Contest

#: About what part of the work each stage is, in hundredths: of a run with a voter file, and of one without.
_WITH_VOTERS: Final = {"reading": 30, "ethnicity": 31, "electorate": 26, "projection": 6, "reporting": 7}
_STAGES: Final = {**_WITH_VOTERS, "comparing": 60}
_RESULTS_ALONE: Final = {"reading": 66, "projection": 26, "reporting": 8}
#: Bytes read in a second, and how much more there is in one that is packed.
_PACE: Final = 20e6
_PACKED: Final = {".parquet": 20, ".gz": 8, ".zip": 8}
#: A stage that takes longer than it should is said to be nearly done, not done.
_NEARLY: Final = 0.95
_SHOWN_AFTER: Final = 2.0


def harmless(text: str, most: int = 0) -> str:
    """Return a text without signs that a terminal would take for commands, and no line longer than ``most``."""
    from turnout.reporting.words import printable  # noqa: PLC0415

    return "\n".join(printable(line, most) for line in text.split("\n"))


def console() -> "Console":
    """Return the console that results go to."""
    return _guarded()(highlight=False)


@cache
def _guarded() -> "type[Console]":
    """Return a console class whose texts are harmless, whatever name stands in them; its own styling passes."""
    from rich.console import Console  # noqa: PLC0415
    from rich.segment import Segment  # noqa: PLC0415

    class Guarded(Console):
        def render(self, *given: Any, **options: Any) -> Any:  # noqa: ANN401 - as the class it extends
            for segment in super().render(*given, **options):
                plain = segment.control or segment.text.replace("\n", "").isprintable()
                yield segment if plain else Segment(harmless(segment.text), segment.style)

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # the command line's own end of it, not Rich's exit with the code of a bug

    return Guarded


class Estimate:
    """How much of a run is done and how long the rest will take, from the stages it has been through.

    Parameters
    ----------
    weights : stages in their order, and about what part of the work each is
    first : seconds that the first stage should take; None where nothing is known before it has ended
    clock : seconds that pass
    """

    def __init__(
        self, weights: Mapping[str, float], first: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._whole = sum(weights.values())
        self._weights = weights
        self._clock = clock
        self._begun = self._since = clock()
        self._pace = None if first is None else first / next(iter(weights.values()))
        self._before = 0.0
        self._current = 0.0

    def begin(self, stage: str) -> None:
        """Note that a stage begins. One that is not among the weights is part of the one before."""
        if stage not in self._weights:
            return
        names = list(self._weights)
        self._before = sum(self._weights[name] for name in names[: names.index(stage)])
        self._current = self._weights[stage]
        self._since = self._clock()
        if self._before:
            self._pace = (self._since - self._begun) / self._before

    def done(self) -> float:
        """Return how much is done, in [0, 1)."""
        part = 0.0
        if self._pace and self._current:
            part = min((self._clock() - self._since) / (self._pace * self._current), _NEARLY)
        return (self._before + part * self._current) / self._whole

    def left(self) -> float | None:
        """Return about how many seconds are left; None where nothing is known yet."""
        return None if self._pace is None else self._pace * self._whole * (1.0 - self.done())


def estimate_of(contest: "Contest | None", stages: Collection[str] = (), *, generated: bool = False) -> Estimate:
    """Return the estimate for a run of a contest; for the demo's, whose files are yet to be generated, of None.

    ``stages`` are those of a command that goes through these only, or through others than a projection.
    """
    weights = dict(_WITH_VOTERS if contest is None or contest.inputs.voters else _RESULTS_ALONE)
    if stages:
        weights = {name: _STAGES[name] for name in stages}
    if generated:
        return Estimate({"generating the electorate": 20, **weights}, 1.5)
    return Estimate(weights, _reading_time(list(contest.inputs.paths()) if contest is not None else []))


def estimate_of_files(paths: Iterable["Path | Address"]) -> Estimate:
    """Return the estimate for a command that looks at files one by one, and says whose turn it is by its name."""
    weights: dict[str, float] = {}
    for path in paths:
        for file in sorted(path.rglob("*")) if isinstance(path, Path) and path.is_dir() else (path,):
            weights[file.name] = weights.get(file.name, 0.0) + _size(file)
    first = next(iter(weights.values()), 0.0)
    return Estimate(weights, first / _PACE) if first else Estimate(_WITH_VOTERS)


def _size(path: "Path | Address") -> float:
    """Return how many bytes there are to read, about, once unpacked; at least one."""
    if not isinstance(path, Path) or not path.is_file():
        return 1.0
    return max(path.stat().st_size * _PACKED.get(path.suffix, 1), 1)


def _reading_time(paths: "list[Path | Address]") -> float:
    """Return about how many seconds it takes to read files, by their size."""
    return 0.5 + sum(map(_size, paths)) / _PACE


@contextlib.contextmanager
def progress_shown(quiet: bool, expected: Estimate | None = None) -> Iterator[Callable[[str], None]]:
    """Yield a function that says which stage of a run begins, and show it, on a terminal only.

    Once two seconds have passed, a bar and the time left are shown too, as soon as they can be told.
    """
    from rich.progress import Progress, ProgressColumn, SpinnerColumn, TextColumn  # noqa: PLC0415
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    screen = _guarded()(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda _: None
        return

    estimate = expected or Estimate(_WITH_VOTERS)
    started = time.monotonic()

    class Done(ProgressColumn):
        """A bar of how much is done."""

        def render(self, task: object) -> "ProgressBar | Text":  # noqa: ARG002
            early = time.monotonic() - started < _SHOWN_AFTER or estimate.left() is None
            return Text("") if early else ProgressBar(total=1.0, completed=estimate.done(), width=30)

    class Left(ProgressColumn):
        """About how long the rest will take."""

        def render(self, task: object) -> Text:  # noqa: ARG002
            left = estimate.left()
            early = time.monotonic() - started < _SHOWN_AFTER or left is None
            return Text("" if early or left is None else f"{duration(left)} left", "dim")

    columns = (SpinnerColumn(), TextColumn("{task.description}", style="dim", markup=False), Done(), Left())
    with Progress(*columns, console=screen, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        task = progress.add_task("")

        def begin(stage: str) -> None:
            estimate.begin(stage)
            progress.update(task, description=stage)

        yield begin


def duration(seconds: float) -> str:
    """Return seconds as a person says them: ``8 s``, ``2 min``, ``1 h 05``."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02}"


@contextlib.contextmanager
def bar(quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Yield a function that shows how much is done and the time left, on a terminal only."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    screen = _guarded()(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda *_: None
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=screen, transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        task = progress.add_task("")
        yield lambda done, total, what: progress.update(task, completed=done, total=total, description=what)
