"""The night of a synthetic election as a history of releases, one of them cut short, as happens."""

import datetime as dt
from pathlib import Path
from typing import Final

import polars as pl

from turnout.example import files
from turnout.example.truth import Truth, certified, returns
from turnout.storage import placed

#: Time of each release from the day's beginning, and the share of the precincts whose polls are in; None: certified.
RELEASES: Final[tuple[tuple[dt.timedelta, float | None], ...]] = (
    (dt.timedelta(hours=20, minutes=12), 0.0),
    (dt.timedelta(hours=20, minutes=55), 0.06),
    (dt.timedelta(hours=21, minutes=40), 0.22),
    (dt.timedelta(hours=22, minutes=15), 0.35),
    (dt.timedelta(hours=22, minutes=25), 0.38),
    (dt.timedelta(hours=23, minutes=10), 0.64),
    (dt.timedelta(hours=23, minutes=58), 1.0),
    (dt.timedelta(days=10, hours=16), None),
)
#: Place of the release of which the last third of the lines is missing, as when a file is fetched half-written.
CUT_SHORT: Final = 3


def night(*truths: Truth) -> pl.DataFrame:
    """Return every release whole, one after another: the columns of :func:`returns`, ``release`` and ``as_of``.

    Several truths are the counties of one contest, each of which reports its own share of precincts.
    """
    midnight = dt.datetime.combine(truths[0].scenario.date, dt.time())
    releases = []
    for place, (after, stage) in enumerate(RELEASES):
        lines = pl.concat(certified(truth) if stage is None else returns(truth, stage) for truth in truths)
        if place == CUT_SHORT:
            lines = lines.head(lines.height * 2 // 3)
        at = midnight + after
        releases.append(lines.with_columns(release=pl.lit(place + 1), as_of=pl.lit(at.isoformat(sep=" "))))
    return pl.concat(releases)


def write_night(directory: Path, *truths: Truth) -> None:
    """Write ``releases.csv`` and what it is into a directory apart from the inputs, where no model looks for it."""
    directory.mkdir(mode=0o700, exist_ok=True)
    files.write(directory, {"releases": night(*truths)})
    with placed(directory / "README.txt") as note:
        note.write_text(_README, encoding="utf-8")


_README: Final = """SYNTHETIC DATA. How the count of the election beside went on after its first release.

releases.csv      every release whole, one after another, with its number and time; an empty cell is not reported yet.
                  The fourth is cut short, as happens. No input of the contest: turnout watch --replay releases.csv
"""
