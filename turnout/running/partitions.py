"""Voter files of counties of their own, each modelled by itself: what leaves one is cells, and cells add up.

A partition is a voter file with its vote history and its ballots. It is read, estimated and scored in a workspace
thrown away, by the same queries and models as a file that stands alone; who does that, and where, does not matter:
the result follows from the files, the contest's seed and the partition's place among the others.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from turnout import electorate, ethnicity, reading, reuse
from turnout.addresses import Address
from turnout.contest import Contest, Inputs
from turnout.electorate import Electorate, days, model, specification
from turnout.errors import UsageError
from turnout.reading import crosswalk, files, rolls, source
from turnout.running import provenance
from turnout.running.progress import Progress
from turnout.vocabulary import COHORTS
from turnout.workspace import Workspace, scratch

#: Findings that compare files with a voter file which is only a part of what they speak of.
_OF_THE_WHOLE: Final = (
    "vote history",
    "unmatched ballots",
    "unmatched precincts",
    "precincts without returns",
    "precincts renamed",
)
#: Findings on what was learned of the voters.
_OF_MODELS: Final = ("propensity", "surnames", "names", "vendor ethnicity")
_KEY: Final = ["county", "precinct", "group_name", "tranche"]


@dataclass(frozen=True)
class Task:
    """One partition to be measured.

    Attributes
    ----------
    contest : with the partition's files, and the returns
    number : the partition's place, from 0; its draws follow from it and the seed
    shared : whether files of vote history or ballots are of other partitions' voters, too
    """

    contest: Contest
    number: int
    shared: bool

    @property
    def name(self) -> str:
        """The voter file, as progress and messages call it."""
        path = self.contest.inputs.voters[0]
        return f"{path.parent.name}/{path.name}"


@dataclass(frozen=True)
class Part:
    """What leaves a partition: sums over voters, and the account of its files.

    Attributes
    ----------
    units : ``county, precinct, voters`` of the voter file
    latest : the day the ballots stand at; None where none has a date
    objects : what was fetched, and the hash of each
    """

    name: str
    electorate: Electorate
    units: pl.DataFrame
    reconciliation: pl.DataFrame
    findings: pl.DataFrame
    latest: dt.date | None
    objects: tuple[tuple[Address, str], ...] = ()


@dataclass(frozen=True)
class Measured:
    """A partition as it stands now.

    Attributes
    ----------
    number : the task's
    key : hash of what the partition follows from; "" where it is not known, for a file was written meanwhile
    part : None where it is kept under that key already, so that nothing was read
    """

    number: int
    key: str
    part: Part | None


Spread = Callable[[Sequence[Task], Mapping[int, str], Progress], Generator[Measured, None, None]]
"""What measures partitions that are not kept as they are, and yields each as it is done: here, or on a cluster."""


def tasks(contest: Contest) -> list[Task]:
    """Return the partitions of a contest, in the order in which their voter files are named.

    Vote history and ballots that lie in the directory of one voter file alone are of that partition; what lies
    elsewhere is of all of them.

    Raises
    ------
    UsageError
        If a voter file is missing.
    """
    inputs = contest.inputs
    paths = [each.path for each in source.expand(inputs.voters, files.members())]
    alone = {directory for directory, count in Counter(path.parent.resolve() for path in paths).items() if count == 1}
    found = []
    for number, path in enumerate(paths):
        home = path.parent.resolve()

        def own(given: Sequence[Path | Address], home: Path | Address = home) -> tuple[Path | Address, ...]:
            theirs = [each for each in given if each.parent.resolve() not in alone - {home}]
            return tuple(each.absolute() for each in theirs)

        history, ballots = own(inputs.vote_history), own(inputs.ballots)
        mine = {each for each in (*history, *ballots) if each.parent.resolve() == home and home in alone}
        part = inputs.model_copy(
            update={
                "voters": (path.absolute(),),
                "vote_history": history,
                "ballots": ballots,
                "returns": tuple(each.absolute() for each in inputs.returns),
                "history": (),
                "boundaries": None,
            }
        )
        shared = len(paths) > 1 and bool({*history, *ballots} - mine)
        found.append(Task(contest.model_copy(update={"inputs": part}), number, shared))
    return found


def here(tasks: Sequence[Task], kept: Mapping[int, str], progress: Progress) -> Generator[Measured, None, None]:
    """Measure partitions one after another in this process."""
    for task in tasks:
        progress(f"partition {task.name}")
        yield renewed(task, kept.get(task.number, ""))


def renewed(task: Task, kept: str, *, threads: int | None = None) -> Measured:
    """Measure a partition, unless it follows from the same as when it was kept.

    The files are hashed where they are read, block by block: on a cluster that is the worker's part.

    Parameters
    ----------
    kept : the key under which the partition is kept; "" where it is not
    """
    before, now = _stamp(task), key(task)
    if now and now == kept:
        return Measured(task.number, now, None)
    part = measure(task, threads=threads)
    return Measured(task.number, now if _stamp(task) == before else "", part)


def key(task: Task) -> str:
    """Return the hash of all that a partition follows from.

    "" where there is none: a file cannot be opened, as its reader tells, or a host does not tell versions apart.
    """
    contest, inputs = task.contest, task.contest.inputs
    try:
        return reuse.key(
            "partition",
            task.number,
            task.shared,
            contest.model_dump(exclude={"inputs", "output", "draws"}),
            [_contents(paths) for paths in _read(inputs)],
            [release.model_dump(exclude={"file"}) for release in inputs.release],
            inputs.read_as,
            [_content(path) if isinstance(path, Address) or path.is_file() else "" for path in _beside(contest)],
        )
    except (OSError, LookupError):
        return ""


def _read(inputs: Inputs) -> list[tuple[Path | Address, ...]]:
    """Return the files that a partition is read from, by what they are."""
    released = tuple(release.file for release in inputs.release if release.file is not None)
    return [inputs.voters, inputs.vote_history, inputs.ballots, inputs.returns, released]


def _beside(contest: Contest) -> list[Path | Address]:
    """Return the other files that the contest names, which say how the first are to be read and taken."""
    inputs, propensity = contest.inputs, contest.propensity
    own = [inputs.crosswalk, inputs.past_crosswalk, propensity.past_days]
    own += [Path(propensity.model)] if propensity.model.endswith(".toml") else []
    return [*inputs.layouts, *contest.ethnicity.paths(), *(path or Path() for path in own)]


def _contents(paths: Sequence[Path | Address]) -> list[tuple[str, ...]]:
    """Return what files are called, in messages too, and the hash of each."""
    found = source.expand(paths, files.members())
    return [(each.path.parent.name, each.name, each.member, _content(each.path)) for each in found]


def _content(path: Path | Address) -> str:
    """Return the hash of a file, or what its host calls the version of an object.

    Raises
    ------
    OSError
        If the file cannot be opened.
    LookupError
        If the host has no name for the version that is of it alone.
    """
    if isinstance(path, Path):
        return reuse.content(path)
    if path.version is None or not path.version.is_known:
        raise LookupError(str(path))
    return f"{path.identity} {path.version.etag} {path.version.size} {path.version.modified}"


def _stamp(task: Task) -> list[rolls.Stamp]:
    beside = [path for path in _beside(task.contest) if isinstance(path, Path) and path.is_file()]
    return [rolls.stamp(paths) for paths in (*_read(task.contest.inputs), beside)]


def measure(task: Task, *, threads: int | None = None) -> Part:
    """Read a partition, estimate and score its voters, and return what they add up to.

    Raises
    ------
    TurnoutError
        As a run of the voter file alone would.
    """
    rng = np.random.default_rng([task.contest.seed, task.number])
    with scratch("part", threads=threads) as workspace:
        reading.load(workspace, task.contest)
        workspace.seal()
        contest = reading.completed(workspace, task.contest)
        workspace.execute("running/returns_elsewhere")
        if task.shared:
            workspace.execute("running/ballots_elsewhere")
        ethnicity.estimate(workspace, contest, by_ballot=False)
        built = electorate.build(workspace, contest, rng)
        return Part(
            name=task.name,
            electorate=built,
            units=workspace.query("reading/voter_units"),
            reconciliation=_placed(workspace.table("reconciliation"), "source", task),
            findings=_placed(_told(workspace.table("findings"), task.name), "message", task),
            latest=days.latest(workspace),
            objects=tuple(provenance.fetched(workspace, contest)),
        )


def _told(findings: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return what a reader of the whole should know of a partition: of its models, warnings alone, by its name."""
    of_models = pl.col("topic").is_in(_OF_MODELS)
    kept = findings.filter(~pl.col("topic").is_in(_OF_THE_WHOLE) & ~(of_models & (pl.col("severity") == "note")))
    named = pl.format("{}: {}", pl.lit(name), "message")
    return kept.with_columns(pl.when(of_models).then(named).otherwise("message").alias("message"))


def _placed(rows: pl.DataFrame, column: str, task: Task) -> pl.DataFrame:
    """Name the partition's files with their directories: those of other partitions have the same names."""
    inputs = task.contest.inputs
    found = [
        each for paths in (inputs.voters, inputs.vote_history, inputs.ballots)
        for each in source.expand(paths, files.members()) if "/" not in each.name
    ]  # fmt: skip
    told = pl.col(column)
    for each in found:
        begins = pl.col(column).str.contains(rf"^{re.escape(each.name)}($|[:,])")
        told = pl.when(begins).then(pl.format("{}/{}", pl.lit(each.path.parent.name), column)).otherwise(told)
    return rows.with_columns(told.alias(column))


def without_voters(inputs: Inputs) -> Inputs:
    """Return the inputs that are read where the cells are added up: returns and past results."""
    return inputs.model_copy(update={"voters": (), "vote_history": (), "ballots": ()})


def gather(workspace: Workspace, contest: Contest, parts: Sequence[Part]) -> Electorate:
    """Add up what partitions measured, over returns that were read without voters.

    Matches the returns' precincts to the voter files', fills ``cells``, and adds the partitions' accounts.

    Raises
    ------
    UsageError
        If a county is in two voter files, votes are of no county of theirs, or they mean another election day.
    """
    _refuse_overlap(parts)
    crosswalk.apply(workspace, contest.inputs.crosswalk, pl.concat([part.units for part in parts]))
    counties = pl.concat([part.units.select("county") for part in parts]).unique().sort("county")
    with workspace.registered("counties", counties):
        outside = workspace.query("running/returns_without_county")
    if not outside.is_empty():
        where = ", ".join(repr(name) if name else "no county" for name in outside["county"].head(3))
        raise UsageError(
            f"returns: {outside['votes'].sum():,} votes are of {where}, which no voter file holds, so they cannot be"
            " divided among the files. Name the voter file, or leave `partitioned` out."
        )
    for name in ("reconciliation", "findings"):
        rows = pl.concat([getattr(part, name) for part in parts]).unique(maintain_order=True)
        known = workspace.table(name)
        workspace.append(name, rows.join(known, on=rows.columns, how="anti", maintain_order="left"))
    added = add_up([part.electorate for part in parts], contest)
    workspace.append("cells", added.cells)
    expected = dict(zip(COHORTS, added.expected().sum(axis=0).tolist(), strict=True))
    ranges = [f"{expected[name]:,.0f} ± {100 * added.total_sd[name]:.0f} %" for name in ("poll", "late")]
    workspace.note(
        "partitions",
        f"{len(parts)} voter files, each modelled by itself. Together they expect {ranges[0]} at the polls and"
        f" {ranges[1]} late (one sd), beside {expected['early']:,.0f} early.",
    )
    return added


def add_up(parts: Sequence[Electorate], contest: Contest) -> Electorate:
    """Return the electorate that several make.

    The cells are summed. How far a total may be off is taken as common to all, for they are of one election: the sd
    of the log of the whole is the mean of theirs, weighted by the totals.

    Raises
    ------
    UsageError
        If they are of different days.
    """
    if len({part.date for part in parts}) > 1:
        raise UsageError("date: the voter files do not mean one election day. Add date = YYYY-MM-DD to the contest.")
    cells = (
        pl.concat([part.cells for part in parts])
        .group_by(_KEY, maintain_order=True)
        .agg(pl.col("expected", "variance").sum())
        .sort(_KEY)
    )
    sums = np.array([part.expected().sum(axis=0) for part in parts])
    sds = np.array([[part.total_sd[cohort] for cohort in COHORTS] for part in parts])
    whole = (sums * sds).sum(axis=0) / np.maximum(sums.sum(axis=0), 1e-12)
    comparable = {part.comparable for part in parts}
    return Electorate(
        cells=cells,
        total_sd=dict(zip(COHORTS, whole.tolist(), strict=True)),
        group_sd=model.group_sds(cells, specification.load(contest.propensity.model).composition),
        date=parts[0].date,
        comparable=comparable.pop() if len(comparable) == 1 else None,
        days=max(part.days for part in parts),
        accepted=np.sum([part.accepted for part in parts], axis=0),
    )


def _refuse_overlap(parts: Sequence[Part]) -> None:
    seen: dict[str, str] = {}
    for part in parts:
        for county in part.units["county"].unique().sort():
            if county in seen:
                raise UsageError(
                    f"{part.name}: its county {county or '(none)'!r} is in {seen[county]}, too. With `partitioned`,"
                    " each voter file holds counties of its own. Join the two files, or leave `partitioned` out."
                )
            seen[county] = part.name
