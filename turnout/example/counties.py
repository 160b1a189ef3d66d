"""Electorates of any size: as many counties as it takes, each drawn by itself and written before the next is.

A county has at most :data:`COUNTY` voters, so memory is that of one county however many there are. The first is the
founding case; the others differ from it in who lives there, in where the count stands, and a little in the shift at
the polls, most of which the counties of one contest share. A county depends on the seed and on its place among the
counties alone.

Counties may be divided among several voter files of about one size, each in a directory with its history and ballots:
the partitions of one contest.
"""

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol, Self

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from turnout.example import files
from turnout.example.behaviour import draw_shift
from turnout.example.files import VOTER_LEVEL, Form
from turnout.example.scenario import CA34, Scenario
from turnout.example.simulate import Electorate, simulate
from turnout.example.truth import Truth
from turnout.storage import placed
from turnout.vocabulary import GROUPS, TRANCHES, Tranche

#: Voters of the largest county.
COUNTY: Final = 300_000
#: Below this a district has not the precincts to tell anything from.
FEWEST: Final = 2_000
#: Voters of a precinct, as in the founding case.
_PRECINCT: Final = 300_000 / 195
#: How far counties depart from the founding case: sd of the log of a group's share, and of the logit of the first
#: count; sds of the shift at the polls and late between the counties of one contest. Invented.
_SHARES_SD, _COUNT_SD, _SHIFT_SD = 0.5, 0.25, (0.12, 0.08)


@dataclass(frozen=True)
class Counties:
    """What the files of an electorate of many counties do not say: the truth of each, voters left out."""

    truths: tuple[Truth, ...]

    def share(self, tranche: str | None = None, candidate: str | None = None) -> float:
        """Share of the votes of a tranche, or of all, for a candidate, or for the first of the contest."""
        name = candidate or self.truths[0].scenario.candidates[0].name
        votes = pl.concat(truth.votes for truth in self.truths)
        votes = votes if tranche is None else votes.filter(pl.col("tranche") == tranche)
        return float(votes.filter(pl.col("candidate") == name)["votes"].sum()) / float(votes["votes"].sum())


def generate(
    directory: Path,
    voters: int,
    seed: int = 2017,
    form: Form = "csv",
    tell: "Tell | None" = None,
    *,
    partitions: int = 1,
) -> Counties:
    """Write the files of an electorate of ``voters`` into ``directory``, a county at a time.

    Writes voters, vote_history and ballots as ``form``, returns.csv, contest.toml and README.txt. The same seed, size
    and form give the same bytes. ``tell`` is called with the number of each county, from 1, and of all.

    Parameters
    ----------
    partitions : how many voter files; several are in a directory each, with their history and ballots, and of
        counties of their own

    Raises
    ------
    ValueError
        If a voter file has fewer voters than :data:`FEWEST`.
    """
    sizes = divided(voters, partitions)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    scenarios = plan(sizes, seed)
    homes = files.homes(partitions)
    files.write_notes(directory, _whole(scenarios, voters), seed, form, homes)
    of_county = [home for home, own in zip(homes, sizes, strict=True) for _ in own]
    drawn = zip(of_county, enumerate(draw(scenarios, voters, seed), start=1), strict=True)
    truths = []
    with ExitStack() as whole:
        returns = whole.enter_context(_opened(whole, directory, "returns", "csv"))
        for home, own in itertools.groupby(drawn, key=lambda each: each[0]):
            (directory / home).mkdir(mode=0o700, exist_ok=True)
            with ExitStack() as stack:
                tables = {
                    name: stack.enter_context(_opened(stack, directory / home, name, form)) for name in VOTER_LEVEL
                }
                for _, (number, county) in own:
                    if tell is not None:
                        tell(number, len(scenarios))
                    for name, table in {**tables, "returns": returns}.items():
                        table.append(getattr(county, name))
                    truths.append(dataclasses.replace(county.truth, voters=county.truth.voters.clear()))
    return Counties(tuple(truths))


class Tell(Protocol):
    """Called as each county is done."""

    def __call__(self, number: int, of: int, /) -> None:
        """Take the number of the county, from 1, and of all."""


def divided(voters: int, partitions: int = 1) -> list[list[int]]:
    """Return the sizes of the counties of each voter file: files of one size, and the fewest counties for it.

    Raises
    ------
    ValueError
        If a file would have fewer voters than :data:`FEWEST`.
    """
    if voters < FEWEST * partitions:
        each = "an electorate has" if partitions == 1 else f"each of {partitions:,} voter files has"
        raise ValueError(f"voters = {voters}: {each} at least {FEWEST:,}.")
    least, more = divmod(voters, partitions)
    return [_counties_of(least + (number < more)) for number in range(partitions)]


def _counties_of(voters: int) -> list[int]:
    """Divide voters into full counties and a last one that is large enough to be one."""
    number = math.ceil(voters / COUNTY)
    sizes = [COUNTY] * (number - 1) + [voters - COUNTY * (number - 1)]
    if sizes[-1] < FEWEST:
        sizes[-2:] = [sizes[-2] - FEWEST, sizes[-1] + FEWEST]
    return sizes


def plan(sizes: Sequence[Sequence[int]], seed: int) -> tuple[Scenario, ...]:
    """Return a scenario for each county of :func:`divided`; one alone is the founding case at its size."""
    counties = [size for own in sizes for size in own]
    if len(counties) == 1:
        return (CA34.scaled(counties[0], max(2, round(counties[0] / _PRECINCT))),)
    common = draw_shift(CA34, np.random.default_rng([seed, 0]))
    shift, late = (a + b for a, b in zip(common.chosen, common.swing, strict=True))
    return tuple(_county(seed, index, size, (shift, late)) for index, size in enumerate(counties))


def draw(scenarios: Sequence[Scenario], voters: int, seed: int) -> Iterator[Electorate]:
    """Draw one county after another; voters are numbered on."""
    digits, first = max(7, len(str(voters))), 1
    for index, scenario in enumerate(scenarios):
        own = seed if len(scenarios) == 1 else int(np.random.default_rng([seed, index, 1]).integers(2**31))
        yield simulate(own, scenario, files.voter_ids(scenario.voters, first, digits))
        first += scenario.voters


def _county(seed: int, index: int, voters: int, shift: tuple[float, float]) -> Scenario:
    """Depart from the founding case; groups vote at the same rates everywhere."""
    rng = np.random.default_rng([seed, index, 2])
    base = np.array(list(CA34.registered.values()))
    own = base * np.exp(rng.normal(0, _SHARES_SD if index else 0, len(GROUPS)))
    own /= own.sum()
    turnout: dict[Tranche, float] = {}
    composition: dict[Tranche, dict[str, float]] = {}
    for tranche in TRANCHES:
        cast = np.array(list(CA34.composition[tranche].values())) * own / base
        turnout[tranche] = CA34.turnout[tranche] * float(cast.sum())
        composition[tranche] = dict(zip(GROUPS, (cast / cast.sum()).tolist(), strict=True))
    mean, sd = CA34.priors.first_count
    logit = math.log(mean / (1 - mean)) + rng.normal(0, _COUNT_SD)
    places = tuple(
        dataclasses.replace(place, zip=f"{(10_000 + len(CA34.neighbourhoods) * index + i) % 100_000:05d}")
        for i, place in enumerate(CA34.neighbourhoods)
    )
    return dataclasses.replace(
        CA34.scaled(voters, max(2, round(voters / _PRECINCT))),
        name="counties",
        contest="Statewide office (synthetic)",
        office="Statewide office",
        district="",
        county=f"County {index + 1:03d}",
        registered=dict(zip(GROUPS, own.tolist(), strict=True)),
        turnout=turnout,
        composition=composition,
        neighbourhoods=places,
        priors=dataclasses.replace(
            CA34.priors,
            first_count=(1 / (1 + math.exp(-logit)), sd),
            shift=(shift[0], _SHIFT_SD[0]),
            late_shift=(shift[1], _SHIFT_SD[1]),
        ),
    )


def _whole(scenarios: Sequence[Scenario], voters: int) -> Scenario:
    """Return what the notes are about."""
    if len(scenarios) == 1:
        return scenarios[0]
    title = (
        f"Synthetic electorate of {voters:,} voters in {len(scenarios):,} counties, like California's 34th district"
    )
    return dataclasses.replace(scenarios[0], title=title, voters=voters)


class _Table(Protocol):
    """A table that is written bit by bit."""

    def append(self, frame: pl.DataFrame) -> None:
        """Write some more rows."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def _opened(stack: ExitStack, directory: Path, name: str, form: Form) -> _Table:
    """Open a table to append to; it is put in its place, whole, when the stack unwinds well."""
    path = stack.enter_context(placed(directory / f"{name}.{form}"))
    return _Csv(path) if form == "csv" else _Parquet(path)


class _Csv:
    """A CSV file, a header and rows as :func:`turnout.example.files.write` has them."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("wb")
        self._begun = False

    def append(self, frame: pl.DataFrame) -> None:
        frame.write_csv(self._file, include_header=not self._begun, date_format="%Y-%m-%d")
        self._begun = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _Parquet:
    """A Parquet file, a row group for each county."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def append(self, frame: pl.DataFrame) -> None:
        table: pa.Table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
