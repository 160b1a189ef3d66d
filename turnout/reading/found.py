"""What files of a contest were taken for, and what they tell of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from turnout.reading import elections
from turnout.reading.draft import Draft
from turnout.reading.sketch import Sketch
from turnout.reading.source import Source
from turnout.vocabulary import Mode

#: The words of a file's name that say what kind of election it is of.
_KINDS = ("general", "primary", "runoff", "special")


@dataclass(frozen=True)
class Told:
    """What is said of the contest; None and "" where it is not."""

    date: dt.date | None = None
    state: str = ""
    kind: str = ""
    counts: Mode | None = None
    """How the votes were cast of files that do not say it."""


@dataclass
class Found:
    """One file, and what it was taken for.

    Attributes
    ----------
    key : under which of ``[inputs]`` it goes; ``release`` where it does not say how its votes were cast
    state : that the layout or the file tells
    dates : election days of results
    read_as : whether the layout is one that was named for it
    drafted : the layout that was made for an unknown header
    """

    file: Source
    layout: str
    title: str
    table: str
    key: str
    state: str = ""
    dates: tuple[dt.date, ...] = ()
    read_as: bool = False
    drafted: Draft | None = None


@dataclass(frozen=True)
class Refused:
    """A file that is left out, and why."""

    name: str
    why: str
    sketch: Sketch | None = None
    """A layout for it that is to be completed."""


@dataclass(frozen=True)
class Seen:
    """What files were taken for, and those that are left out."""

    found: list[Found]
    refused: list[Refused] = field(default_factory=list)


def completed(seen: Seen, told: Told) -> Told:
    """Return what is said of the contest, with what the files tell of it.

    The election is that of the newest results; a general one is told by its day, any by the files' names.
    """
    results = [file for file in seen.found if file.table == "results"]
    days = [file.dates[0] for file in results if len(file.dates) == 1]
    date = told.date or (max(days) if days else None)
    of_results = {file.state for file in results if file.state}
    states = of_results or {file.state for file in seen.found if file.state}
    kinds = {kind for file in results for kind in _KINDS if kind in file.file.name.lower()}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if not kind and date is not None and date.year % 2 == 0 and date == elections.november(date.year):
        kind = "general"
    state = told.state.strip().upper() or (states.pop() if len(states) == 1 else "")
    return replace(told, date=date, state=state, kind=told.kind or kind)


def keys(file: Found, told: Told, others: Sequence[Found]) -> tuple[str, ...]:
    """Return under which of ``[inputs]`` a file goes. Results of earlier days are past ones.

    A file of several elections is both, where the contest's own stands in no other file.
    """
    if file.key != "returns" or not file.dates:
        return (file.key,)
    if len(file.dates) == 1:
        return ("history",) if told.date is not None and file.dates[0] < told.date else ("returns",)
    alone = not any(other.dates == (told.date,) for other in others)
    return ("returns", "history") if told.date in file.dates and alone else ("history",)
