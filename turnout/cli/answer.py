"""How a command gives its answer: tables for a person, JSON for a machine, or nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from turnout.cli.screen import console

if TYPE_CHECKING:
    from rich.console import Console


def give(
    *,
    show: "Callable[[Console], None]",
    document: Callable[[], str],
    quiet: bool,
    as_json: bool,
) -> None:
    """Print what a command found: JSON where it is asked for, which ``quiet`` does not silence; else the tables."""
    if as_json:
        typer.echo(document(), nl=False)
    elif not quiet:
        show(console())


def written(directory: Path, names: Sequence[str], *, quiet: bool) -> None:
    """Say where tables were written, after those that were printed."""
    if not quiet:
        typer.echo(f"\nWritten to {directory}: {', '.join(names)}")
