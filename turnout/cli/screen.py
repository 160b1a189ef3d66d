"""What a terminal shows while a command works."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console() -> "Console":
    """Return the console that results go to."""
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False)


@contextlib.contextmanager
def progress_shown(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the stage of a run, on a terminal only."""
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    screen = Console(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status("") as status:
        yield lambda stage: status.update(Text(stage, "dim"))


@contextlib.contextmanager
def bar(quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Yield a function that shows how much is done, on a terminal only."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    screen = Console(stderr=True)
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
