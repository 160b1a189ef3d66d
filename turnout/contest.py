"""A contest's TOML as typed, validated objects. Unknown keys are errors, and paths are relative to the file."""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from turnout.addresses import Address, Local, Location, local
from turnout.errors import UsageError
from turnout.vocabulary import GROUPS, Mode

ElectionKind = Literal["general", "primary", "runoff", "special", "other"]
Share = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Candidate(_Strict):
    """A candidate as the returns spell the name, with other spellings seen in the files."""

    name: str = Field(min_length=1)
    party: str = ""
    aliases: tuple[str, ...] = ()


class Release(_Strict):
    """A publication of votes so far that does not say how they were cast; the user does.

    ``counts`` is how the votes were cast that came with it, since the release named before it. A release without a
    ``file`` is still to be published: votes of its mode are then expected, and no contest is final before.
    """

    counts: Mode
    file: Location | None = None
    number: int | None = Field(default=None, ge=1)
    """Which release, in a file that holds several."""
    final: bool = False
    """Whether nothing is counted after it, be it late mail; else late mail is expected where no release counts it."""


class Inputs(_Strict):
    """The files of one contest. Every one but ``returns`` may be missing; each missing one widens the answer."""

    #: Fields that name several files, and those that name one.
    SEVERAL: ClassVar = ("returns", "voters", "vote_history", "ballots", "history")
    SINGLE: ClassVar = ("crosswalk", "past_crosswalk", "boundaries")

    returns: tuple[Location, ...] = ()
    release: tuple[Release, ...] = ()
    """Releases of votes so far in the order of their publication, where the files do not say the mode. Those without
    a file, which are to come, stand last."""
    voters: tuple[Location, ...] = ()
    vote_history: tuple[Location, ...] = ()
    ballots: tuple[Location, ...] = ()
    history: tuple[Location, ...] = ()
    """Past results by vote mode: files, or directories of them."""
    layouts: tuple[Local, ...] = ()
    """Layout files of one's own. Those in ``layouts/`` beside the contest file are found by themselves."""
    read_as: dict[Literal["voters", "vote_history", "ballots", "results"], str] = {}
    """Table -> layout that its files have, where it cannot be told from the file."""
    allow_shrink: Share = 0.02
    """Share of the voters with a ballot that may be gone since the last day's file; more refuses the file."""
    partitioned: bool = False
    """Whether each voter file holds counties of its own and is modelled by itself; the cells are then added up."""
    crosswalk: Location | None = None
    """A CSV ``county, precinct, voter_file_precinct`` for precincts the results spell in another way."""
    past_crosswalk: Location | None = None
    """A CSV ``county, precinct, to_precinct`` (``from_date, to_date, weight``): what past precincts became."""
    boundaries: Location | None = None
    """A GeoJSON file of the precincts, for the map on the page."""

    def paths(self) -> Iterator[Path | Address]:
        """Yield every path and address named, in a fixed order."""
        yield from self.returns
        yield from (release.file for release in self.release if release.file is not None)
        yield from (*self.voters, *self.vote_history, *self.ballots, *self.history)
        others = (self.crosswalk, self.past_crosswalk, self.boundaries)
        yield from (path for path in others if path is not None)

    @model_validator(mode="after")
    def _to_come_last(self) -> Self:
        there = [release.file is not None for release in self.release]
        if there != sorted(there, reverse=True):
            raise ValueError("a release without a file is to come, and stands after those with one")
        return self


class Range(_Strict):
    """A range the user believes to hold a quantity nine times in ten."""

    low: float = Field(gt=0, lt=1e10)
    high: float = Field(gt=0, lt=1e10)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low = {self.low} is above high = {self.high}")
        return self


class EthnicitySettings(_Strict):
    """What the user knows about the electorate's make-up."""

    margins: dict[str, Share] = {}
    """Known shares of the registered by leaf group; the estimates are raked to them."""
    statistics: Local | None = None
    """A CSV of registered voters by county and group, known from elsewhere; each county is raked to its row."""
    surnames: tuple[Local, ...] = ()
    """CSVs of surnames and who bears them, in place of the shipped rows."""
    first_names: tuple[Local, ...] = ()
    """CSVs of first names, in the same form."""
    geography: tuple[Local, ...] = ()
    """CSVs of precincts, tracts, ZIPs or counties and who lives there."""
    vendor_reliability: float | None = Field(default=None, gt=0, lt=1)
    """Chance that a label in ``vendor_ethnicity`` names the voter's own group, at most; None: the model's."""
    learn: bool = True
    """False: surname, first name and place as the tables have them, in one pass; nothing is learned from the file."""

    def paths(self) -> Iterator[Path]:
        """Yield every path named, in a fixed order."""
        yield from (*self.surnames, *self.first_names, *self.geography)
        if self.statistics is not None:
            yield self.statistics

    @model_validator(mode="after")
    def _known_groups(self) -> Self:
        if unknown := sorted(set(self.margins) - set(GROUPS)):
            raise ValueError(f"unknown group {unknown[0]!r}; the groups are {', '.join(GROUPS)}")
        if (total := sum(self.margins.values())) > 1 + 1e-6:
            raise ValueError(f"margins add up to {total:.3f}, more than 1")
        if self.margins and self.statistics is not None:
            raise ValueError("margins and statistics exclude each other; leave one out")
        if not self.learn and (self.margins or self.statistics is not None):
            raise ValueError("learn = false takes the tables as they are: no margins, no statistics")
        if not self.learn and self.vendor_reliability is not None:
            raise ValueError("learn = false looks at no label: leave vendor_reliability out")
        return self


class PropensitySettings(_Strict):
    """Which past elections the propensity to vote is learned from, and what turnout is expected."""

    model: str = "propensity"
    """Name of the specification in ``models/``, or a file of the user's own that ends in ``.toml``."""
    comparable: tuple[dt.date, ...] = ()
    """Past elections most like this one, best first. Empty: chosen by kind, season and recency."""
    poll: Range | None = None
    """Expected ballots cast at the polls."""
    late: Range | None = None
    """Expected ballots counted late: mail in transit or dropped off, and provisionals."""
    turnout: Range | None = None
    """Expected ballots of all kinds."""
    past_days: Local | None = None
    """A cohort-days.csv of a past election: the daily curve of returns, and what to compare each day with."""


class Contest(_Strict):
    """One contest, or one ballot of many contests, and the files that say how it stands.

    ``name`` selects a contest of that name from returns that hold several; empty means all of them.
    """

    name: str = ""
    date: dt.date | None = None
    state: str = ""
    kind: ElectionKind = "other"
    title: str = ""
    synthetic: bool = False
    """True where the data is generated; every output then says so."""
    note: str = ""
    seed: int = Field(default=0, ge=0)
    draws: int = Field(default=1000, ge=100, le=100_000)
    output: Local = Path("output")
    candidates: tuple[Candidate, ...] = ()
    inputs: Inputs = Inputs()
    ethnicity: EthnicitySettings = EthnicitySettings()
    propensity: PropensitySettings = PropensitySettings()

    @classmethod
    def load(cls, path: Path) -> "Contest":
        """Read and validate a ``contest.toml``; relative paths in it are taken from its directory.

        Raises
        ------
        UsageError
            If the file is missing or on no disk, is not TOML, or has a key or value that does not belong.
        """
        local(path)
        try:
            fields = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror}).") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: not valid TOML: {error}.") from None
        except RecursionError:
            raise UsageError(f"{path}: not a contest: its values are nested too deeply.") from None
        return cls.of(fields, str(path))._resolved(path.resolve().parent)

    @classmethod
    def of(cls, fields: Mapping[str, object], where: str) -> "Contest":
        """Validate the fields of a contest; ``where`` they stand is named in the error.

        Raises
        ------
        UsageError
            If a key or value does not belong.
        """
        try:
            return cls.model_validate(dict(fields))
        except ValidationError as error:
            raise UsageError(f"{where}: {_first_problem(error)}") from None

    def _resolved(self, base: Path) -> "Contest":
        inputs, ethnicity, past_days = self.inputs, self.ethnicity, self.propensity.past_days
        model = self.propensity.model
        return self.model_copy(
            update={
                "output": base / self.output,
                "propensity": self.propensity.model_copy(
                    update={
                        "past_days": None if past_days is None else base / past_days,
                        "model": str(base / model) if model.endswith(".toml") else model,
                    }
                ),
                "inputs": inputs.model_copy(
                    update={
                        **{
                            name: tuple(_from(base, path) for path in getattr(inputs, name))
                            for name in Inputs.SEVERAL
                        },
                        "release": tuple(
                            release.model_copy(update={"file": release.file and _from(base, release.file)})
                            for release in inputs.release
                        ),
                        "layouts": _layouts(base, inputs.layouts),
                        **{
                            name: None if (path := getattr(inputs, name)) is None else _from(base, path)
                            for name in Inputs.SINGLE
                        },
                    }
                ),
                "ethnicity": ethnicity.model_copy(
                    update={
                        "statistics": None if ethnicity.statistics is None else base / ethnicity.statistics,
                        "surnames": tuple(base / path for path in ethnicity.surnames),
                        "first_names": tuple(base / path for path in ethnicity.first_names),
                        "geography": tuple(base / path for path in ethnicity.geography),
                    }
                ),
            }
        )


def _from(base: Path, path: Path | Address) -> Path | Address:
    """Return a path as it is taken from a directory; an address is whole by itself."""
    return path if isinstance(path, Address) else base / path


def _layouts(base: Path, named: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the layout files a contest names, and those in ``layouts/`` beside it."""
    found = (*(base / path for path in named), *sorted((base / "layouts").glob("*.toml")))
    return tuple(dict.fromkeys(path.resolve() for path in found))


def _first_problem(error: ValidationError) -> str:
    """One sentence from pydantic's report: the key, what is wrong with it, and how many more there are."""
    problems = error.errors(include_url=False)
    first = problems[0]
    key = ".".join(str(part) for part in first["loc"]) or "(top level)"
    if first["type"] == "extra_forbidden":
        reason = "unknown key. Remove it, or see docs/contest.md for the keys there are."
    else:
        reason = f"{first['msg'].removeprefix('Value error, ')}."
    more = f" ({len(problems) - 1} more problems.)" if len(problems) > 1 else ""
    return f"{key}: {reason}{more}"
