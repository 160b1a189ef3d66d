"""Whether inputs are as new as a scheduled run needs them, and no newer than the moment that it stands for."""

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from turnout.addresses import Address
from turnout.contest import Contest
from turnout.errors import InputRefused, InputStale, UsageError
from turnout.reading import files, source

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def age(text: str) -> dt.timedelta:
    """Return an age like ``90m``, ``36h`` or ``2d``.

    Raises
    ------
    UsageError
        If it is none.
    """
    match = re.fullmatch(r"(\d{1,5})([mhd])", text.strip())
    if match is None:
        raise UsageError(f"--max-age {text!r}: give minutes, hours or days, as 90m, 36h or 2d.")
    return dt.timedelta(**{_UNITS[match[2]]: int(match[1])})


def require(contest: Contest, *, as_of: dt.datetime, max_age: dt.timedelta | None, fixed: bool) -> None:
    """Refuse returns or ballots of which the newest file is too old, and any input written after ``as_of``.

    Voters, past elections and lists change seldom: their age says nothing.

    Parameters
    ----------
    as_of : the moment that the run stands for, in local time
    max_age : how old the newest file of returns, and of ballots, may be; None: as old as it is
    fixed : whether ``as_of`` was asked for; what was written after it is then refused

    Raises
    ------
    InputStale
        If one is too old.
    InputRefused
        If one is of later than ``as_of``.
    """
    returns = (*contest.inputs.returns, *(each.file for each in contest.inputs.release if each.file is not None))
    for what, paths in (("returns", returns), ("ballots", contest.inputs.ballots)):
        written = _written(paths)
        if not written:
            continue
        when, newest = written[-1]
        if max_age is not None and as_of - when > max_age:
            raise InputStale(
                f"{newest.name}: the newest of the {what} was written at {_minute(when)}, {_span(as_of - when)}"
                f" before {_minute(as_of)}; {_span(max_age)} is allowed. Fetch it again, or allow more by --max-age."
            )
    if fixed:
        for when, path in _written(contest.inputs.paths()):
            if when > as_of:
                raise InputRefused(
                    f"{path.name}: was written at {_minute(when)}, after --as-of {_minute(as_of)}. Give the file as"
                    " it was then, or leave --as-of out."
                )


def _written(paths: Iterable[Path | Address]) -> list[tuple[dt.datetime, Path | Address]]:
    """Return files and when each was written, the oldest first; without objects of which their host does not say."""
    found = {each.path for each in source.expand(paths, files.members())}
    told = [(when, path) for path in found if (when := source.written(path)) is not None]
    return sorted(told, key=lambda each: (each[0], str(each[1])))


def _minute(when: dt.datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"


def _span(length: dt.timedelta) -> str:
    """Return a length of time in the unit that suits it."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes / 60:.0f} hours" if minutes < 72 * 60 else f"{minutes / 1440:.0f} days"
