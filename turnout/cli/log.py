"""What goes to standard error while a command works: text for a person, or a line of JSON an event for a machine."""

import contextlib
import datetime as dt
import json
import sys
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated

import typer

from turnout.errors import TurnoutError, in_words


class LogFormat(StrEnum):
    """How the log is written."""

    text = "text"
    json = "json"


Option = Annotated[
    LogFormat, typer.Option("--log-format", help="What goes to standard error: text, or a line of JSON an event.")
]

Log = Callable[..., None]
"""Called with the name of an event, perhaps its ``level``, and its fields."""


def write(event: str, *, level: str = "info", **fields: object) -> None:
    """Write a line of JSON to standard error."""
    when = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    print(json.dumps({"time": when, "level": level, "event": event, **fields}, ensure_ascii=False), file=sys.stderr)  # noqa: T201


@contextlib.contextmanager
def logged(how: LogFormat, **fields: str) -> Iterator[Log]:
    """Yield what writes events, between ``started`` and ``finished``; what does nothing where text is asked for.

    An error is an event, ``failed``, and not a line of text as well.

    Raises
    ------
    typer.Exit
        With the exit code of an error that was written.
    """
    if how is LogFormat.text:
        yield lambda *_, **__: None
        return
    started = time.monotonic()
    write("started", **fields)
    code, message = 0, ""
    try:
        yield write
    except typer.Exit as ended:
        code = ended.exit_code
    except Exception as error:
        known = error if isinstance(error, TurnoutError) else in_words(error)
        code = 1 if known is None else known.exit_code
        message = f"internal error: {type(error).__name__}" if known is None else str(known)
        write("failed", level="error", message=message)
    write("finished", level="error" if code else "info", exit_code=code, seconds=round(time.monotonic() - started, 3))
    if code:
        raise typer.Exit(code)
