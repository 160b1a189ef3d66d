"""A history of releases in one file, replayed as its night would have gone."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

import polars as pl

from turnout import addresses
from turnout.contest import Contest, Inputs, Release
from turnout.errors import InputRefused, UsageError
from turnout.running.shelf import Arrival
from turnout.vocabulary import MODES, WIDE_MODE_COLUMNS, Mode

_NUMBER: Final = "release"
_TIMES: Final = ("as_of", "ts")
#: Between releases whose time the file does not say.
_GAP: Final = dt.timedelta(minutes=10)
#: A pause that no election night takes: what comes after it is counted on later days.
_NIGHT: Final = dt.timedelta(hours=12)
_START: Final = dt.datetime(2000, 1, 1, 20, tzinfo=dt.UTC)


@dataclass(frozen=True)
class History:
    """Releases of one file, in the order of their numbers.

    Attributes
    ----------
    path : CSV, TSV or Parquet with a column ``release`` (1, 2, …) and perhaps ``as_of`` or ``ts``, its time
    contest : what is projected; its returns are those of the file
    counts : number of a release -> the mode that is counted in full with it, where the file does not say modes.
        Empty: the first is of mail, the last of the night of the polls, the last of all of late mail
    speed : how many times as fast as the night; 0: without waiting
    """

    path: Path
    contest: Contest
    counts: Mapping[int, Mode] = field(default_factory=dict)
    speed: float = 0.0
    _releases: tuple[tuple[int, dt.datetime, pl.DataFrame], ...] = field(init=False, repr=False)
    _assumed: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        rows = _read(self.path)
        numbers = rows[_NUMBER].unique().sort().to_list()
        if unknown := [number for number in self.counts if number not in numbers]:
            raise UsageError(
                f"{self.path.name}: holds no release {unknown[0]}; it holds {numbers[0]} to {numbers[-1]}."
            )
        object.__setattr__(self, "_releases", _timed(rows))
        if not self.counts and not _says_modes(rows.columns):
            object.__setattr__(self, "counts", _assumed(self._releases))
            object.__setattr__(self, "_assumed", True)

    def arrivals(self, stop: Event) -> Iterator[Arrival | str | None]:
        """Yield every release when its time has come; first of all, what is taken for granted of them."""
        if self._assumed:
            told = ", ".join(f"{number}={mode}" for number, mode in self.counts.items())
            yield (
                f"{self.path.name} does not say how votes were cast. By the times of its releases these complete a"
                f" mode: {told}. Say otherwise with --counts."
            )
        before: dt.datetime | None = None
        placed: dict[int, Path] = {}
        for number, at, rows in self._releases:
            if self.speed and before is not None and at > before:
                stop.wait((at - before).total_seconds() / self.speed)
            if stop.is_set():
                return
            before = at
            name = f"{self.path.stem}-{number:04d}.csv"
            content = rows.drop(_NUMBER).write_csv().encode()
            yield Arrival(at, {name: content}, partial(self._inputs, name, number, placed), self._so_far(rows))

    def _inputs(self, name: str, number: int, placed: dict[int, Path], directory: Path) -> Inputs | None:
        """Return what to project once a release is in ``directory``; None where it completes no mode."""
        inputs = self.contest.inputs
        if not self.counts:
            return inputs.model_copy(update={"returns": (directory / name,), "release": ()})
        placed[number] = directory / name
        if number not in self.counts:
            return None
        release = tuple(
            Release(file=placed[each] if each <= number else None, counts=mode)
            for each, mode in sorted(self.counts.items())
        )
        return inputs.model_copy(update={"returns": (), "release": release})

    def _so_far(self, rows: pl.DataFrame) -> str:
        """Say what a release counts of the contest, whatever the mode; nothing of a ballot, or of other columns."""
        if not self.contest.name or not {"contest", "candidate", "votes"} <= set(rows.columns):
            return ""
        own = rows.filter(pl.col("contest").str.to_lowercase() == self.contest.name.lower()).select(
            "candidate", pl.col("votes").cast(pl.Int64, strict=False).fill_null(0)
        )
        total = int(own["votes"].sum())
        if not total:
            return ""
        leader = own.group_by("candidate").agg(pl.sum("votes")).sort("votes", "candidate", descending=True).row(0)
        return f": {leader[0]} has {leader[1] / total * 100:.1f} % of {total:,} votes"


def _read(path: Path) -> pl.DataFrame:
    """Read a history as text, but for the number of the release; ordered by it.

    Raises
    ------
    UsageError, InputRefused
    """
    addresses.refuse([path], "a history is replayed from a disk. Copy the file, and name the copy.")
    try:
        frame = _frame(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or 'no such file'}). Check the path.") from None
    except pl.exceptions.PolarsError:
        raise InputRefused(f"{path.name}: not a CSV, TSV or Parquet that can be read.") from None
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    if _NUMBER not in frame.columns:
        raise InputRefused(
            f"{path.name}: has no column 'release'. A history holds all releases in one file, each line with the"
            " number of its release. To watch a file that is rewritten, name it with --returns."
        )
    numbers = frame[_NUMBER].str.strip_chars().cast(pl.Int64, strict=False)
    if numbers.null_count() or not len(numbers):
        line = int((numbers.is_null().arg_max() or 0) + 2)
        value = frame[_NUMBER][line - 2] if len(numbers) else ""
        raise InputRefused(f"{path.name}, line {line}, column release: {str(value)[:40]!r} is no whole number.")
    return frame.with_columns(numbers).sort(_NUMBER, maintain_order=True)


def _frame(path: Path) -> pl.DataFrame:
    if path.suffix.lower() == ".parquet":
        frame = pl.read_parquet(path)
        return frame.with_columns(pl.all().cast(pl.String))
    separator = "\t" if ".tsv" in "".join(path.suffixes).lower() else ","
    return pl.read_csv(path, infer_schema=False, separator=separator)


def _timed(rows: pl.DataFrame) -> tuple[tuple[int, dt.datetime, pl.DataFrame], ...]:
    """Return number, time and lines of every release, in the order of the numbers."""
    found: list[tuple[int, dt.datetime, pl.DataFrame]] = []
    for (number,), lines in rows.partition_by(_NUMBER, as_dict=True, maintain_order=True).items():
        at = _time(lines) or (found[-1][1] + _GAP if found else _START)
        found.append((int(number), at, lines))
    return tuple(found)


def _says_modes(columns: Sequence[str]) -> bool:
    """Whether a history says how votes were cast, or holds no votes that could be without."""
    return not {"votes", "total_votes"} & set(columns) or bool({"mode", *WIDE_MODE_COLUMNS, *MODES} & set(columns))


def _assumed(releases: Sequence[tuple[int, dt.datetime, pl.DataFrame]]) -> dict[int, Mode]:
    """Return which release completes which mode, as nights usually go: mail first, polls by morning, mail again."""
    number = [each for each, _, _ in releases]
    breaks = [
        place
        for place, ((_, before, _), (_, after, _)) in enumerate(itertools.pairwise(releases))
        if after - before > _NIGHT
    ]
    found: dict[int, Mode] = {number[0]: "mail"}
    night_ends = breaks[0] if breaks else len(releases) - 1
    if night_ends > 0:
        found[number[night_ends]] = "election_day"
    if breaks:
        found[number[-1]] = "late_mail"
    return found


def _time(rows: pl.DataFrame) -> dt.datetime | None:
    """Return when a release was published, as the file says it: the latest time of its lines."""
    for name in _TIMES:
        if name in rows.columns and (latest := rows[name].max()) is not None:
            try:
                moment = dt.datetime.fromisoformat(str(latest).strip())
            except ValueError:
                continue
            return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return None
