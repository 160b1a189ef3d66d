"""What a terminal shows while a command works."""

import contextlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console

#: Signs by which a name in a file could move the cursor, change the title or worse.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """Return a text without signs that a terminal would take for commands."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


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
                odd = not segment.control and _CONTROL.search(segment.text)
                yield Segment(harmless(segment.text), segment.style) if odd else segment

    return Guarded


@contextlib.contextmanager
def progress_shown(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the stage of a run, on a terminal only."""
    from rich.text import Text  # noqa: PLC0415

    screen = _guarded()(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status("") as status:
        yield lambda stage: status.update(Text(stage, "dim"))


@contextlib.contextmanager
def bar(quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Yield a function that shows how much is done, on a terminal only."""
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
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task("")
        yield lambda done, total, what: progress.update(task, completed=done, total=total, description=what)
