"""The contest that a command was asked about."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from turnout.errors import UsageError

if TYPE_CHECKING:
    from turnout.contest import Contest


def contest_of(config: Path | None, *, files: dict[str, Any], settings: dict[str, Any]) -> "Contest":
    """Return the contest of a config, or the one that options describe; not both."""
    from turnout.contest import Contest, Inputs  # noqa: PLC0415

    named = [name for name, value in {**files, **settings}.items() if value is not None]
    if config is not None:
        if named:
            raise UsageError(
                f"--{named[0]} and a CONFIG exclude each other. Set it in the config, or leave the config out."
            )
        return Contest.load(config)
    inputs = Inputs(**{name.replace("-", "_"): paths for name, paths in files.items() if paths is not None})
    given = {("name" if key == "contest" else key): value for key, value in settings.items() if value is not None}
    return Contest.of({"inputs": inputs, **given}, "options")


def settings_of(*, date: dt.datetime | None, **others: object) -> dict[str, object]:
    """Return settings as options give them; a day of these has a time, midnight."""
    return {**others, "date": date.date() if date else None}


def allowing(contest: "Contest", shrink: bool) -> "Contest":
    """Return the contest with any loss of ballots allowed, where asked for this once."""
    if not shrink:
        return contest
    return contest.model_copy(update={"inputs": contest.inputs.model_copy(update={"allow_shrink": 1.0})})
