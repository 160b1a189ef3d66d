"""Inputs described and validated before any model, in a workspace that is thrown away."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from turnout.addresses import Address, located
from turnout.contest import Contest
from turnout.errors import InputRefused, UsageError
from turnout.reading import ballots, files, snapshots, source, survey
from turnout.reading import filling as filling_tables
from turnout.reading.catalogue import Catalogue
from turnout.reading.snapshots import Change
from turnout.reading.survey import Report
from turnout.running.progress import Progress, silent
from turnout.workspace import Workspace, scratch


@dataclass(frozen=True)
class Check:
    """What reading the inputs showed.

    Attributes
    ----------
    reports : one a file and table it fills
    reconciliation, findings : the tables of that name
    change : how the ballots differ from earlier ones, where asked
    allow_shrink : share of the earlier voters that may be gone
    """

    reports: list[Report]
    reconciliation: pl.DataFrame
    findings: pl.DataFrame
    change: Change | None = None
    allow_shrink: float = 1.0

    @property
    def refused(self) -> list[Report]:
        """The files that a run would refuse."""
        return [report for report in self.reports if report.refused]


def run(contest: Contest, *, against: str | None = None, progress: Progress = silent) -> Check:
    """Read every input of a contest and keep nothing but what it says about them.

    Parameters
    ----------
    against : an earlier ballot file, or the day (2017-06-04) of ballots that a run kept

    Raises
    ------
    UsageError
        If the contest names no input, or there is nothing of the day.
    """
    if next(contest.inputs.paths(), None) is None:
        raise UsageError("There is nothing to check. Name files, or a CONFIG.")
    contest = source.pinned(contest, files.members())
    source.require(contest.inputs.paths())
    catalogue = Catalogue.load(contest.inputs.layouts, contest.inputs.read_as)
    with scratch("check") as workspace:
        reports = survey.contest(workspace, contest, dt.date.today(), progress)
        return _seen(workspace, reports, against, contest, catalogue)


def loose(
    paths: Sequence[Path | Address],
    *,
    layout: str | None = None,
    against: str | None = None,
    allow_shrink: float = 0.02,
    progress: Progress = silent,
) -> Check:
    """Find out what files are, and check them.

    Parameters
    ----------
    layout : name of the layout that they have, or path of a layout file; found from the files where None

    Raises
    ------
    UsageError
        If a file or the layout does not exist.
    """
    paths = [located(path) for path in paths]
    catalogue = catalogue_beside(paths, layout)
    contest = Contest.of({"inputs": {"allow_shrink": allow_shrink}}, "options")
    with scratch("check") as workspace:
        reports = survey.loose(workspace, paths, catalogue, dt.date.today(), progress)
        return _seen(workspace, reports, against, contest, catalogue)


def read_as(contest: Contest, layout: str) -> Contest:
    """Return the contest with its files of one table read by a layout, named or in a file of its own.

    Raises
    ------
    UsageError
        If there is no such layout.
    """
    inputs = contest.inputs
    if layout.endswith(".toml"):
        inputs = inputs.model_copy(update={"layouts": (Path(layout), *inputs.layouts)})
    catalogue = Catalogue.load(inputs.layouts)
    chosen = catalogue.own[0] if layout.endswith(".toml") else catalogue.named(layout)
    told = {**inputs.read_as, chosen.table: chosen.name}
    return contest.model_copy(update={"inputs": inputs.model_copy(update={"read_as": told})})


def _seen(
    workspace: Workspace, reports: list[Report], against: str | None, contest: Contest, catalogue: Catalogue
) -> Check:
    """Return what reading showed, with the change since earlier ballots where it is asked for and can be told."""
    change = None
    if against is not None and not any(report.refused for report in reports):
        change = _change(workspace, against, contest, catalogue)
    return Check(
        reports, workspace.table("reconciliation"), workspace.table("findings"), change, contest.inputs.allow_shrink
    )


def catalogue_beside(paths: Sequence[Path | Address], layout: str | None) -> Catalogue:
    """Return the shipped layouts with those in ``layouts/`` beside the files, or the one that is named."""
    homes = {path.parent for path in paths if isinstance(path, Path)}
    beside = sorted({found for home in homes for found in (home / "layouts").glob("*.toml")})
    if layout is None:
        return Catalogue.load(beside)
    if layout.endswith(".toml"):
        own = Catalogue.load([Path(layout), *beside])
        return own.only(own.own[0].name)
    return Catalogue.load(beside).only(layout)


def _change(workspace: Workspace, against: str, contest: Contest, catalogue: Catalogue) -> Change:
    """Compare the ballots read with an earlier file, or with those kept of a day."""
    if not workspace.connection.execute("SELECT count(*) FROM ballot_events").fetchall()[0][0]:
        raise UsageError("--against compares ballots, and none were read. Name a ballot file.")
    path = located(against)
    if isinstance(path, Address) or path.exists():
        with scratch("check") as earlier:
            with filling_tables(earlier):
                choose = partial(catalogue.choose, "ballots")
                files.load(earlier, choose, [path], ballots.fill, may_be_empty=True)
                ballots.rebuild(earlier)
            earlier.keep("ballots", "before")
            change = snapshots.compare(workspace, earlier.kept("before")[0], path.name)
    else:
        change = snapshots.compare(workspace, snapshots.find(contest.output, _day(against)), against)
    return change


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--against {text}: no such file, and no day like 2017-06-04.") from None


def refuse(check: Check) -> None:
    """End with an error where a run would refuse a file; what is wrong with it has been said.

    Raises
    ------
    InputRefused
        If there is one, or the ballots shrank too much.
    """
    if check.refused:
        names = ", ".join(dict.fromkeys(report.name for report in check.refused))
        raise InputRefused(f"A run would refuse {names}: see above.")
    if check.change is not None:
        snapshots.refuse_shrunk(check.change, check.allow_shrink)
