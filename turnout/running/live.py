"""One contest projected again and again as its returns come in, by a process that keeps what does not change."""

import contextlib
import datetime as dt
import gc
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from turnout import electorate, ethnicity, reading, reporting, reuse
from turnout.contest import Contest, Inputs
from turnout.electorate import days
from turnout.errors import UsageError
from turnout.reading import files, snapshots, source
from turnout.running import kept_parts, partitions, provenance
from turnout.running.progress import Progress, silent
from turnout.workspace import Workspace

if TYPE_CHECKING:
    from turnout.projection import Past

#: Tables in which reading accounts for what it did.
_ACCOUNT: Final = ("rejects", "reconciliation", "findings")
#: What a unit of :mod:`turnout.reuse` is called.
_TAKEN_OVER: Final = {
    "voters": "the voter file",
    "vote_history": "the vote history",
    "ballots": "the ballots",
    "voter_codes": "what names and labels say",
    "ethnicity": "the ethnicity estimates",
    "described": "what the vote history says",
    "electorate": "the cohorts",
}


@dataclass(frozen=True)
class _Past:
    """Past results as a projection from results alone needs them.

    Attributes
    ----------
    before, state : of which contest they are the past
    results : what a projection is compared with
    account : what reading them added to the tables that account for it
    """

    before: dt.date | None
    state: str
    results: "Past"
    account: dict[str, pl.DataFrame]


class Live:
    """A contest, and what need not be done again when its returns change.

    An update gives what a run of its own would give from the same files, to the last byte. From one to the next this
    process keeps, of a contest without a voter file:

    - past results and what reading them added to the account, for as long as the returns are of the same date and
      state: their files are taken not to change while it runs;
    - which past precincts go by the names of today's, for as long as the returns name the very same precincts.

    All else is made anew from the returns. What was made of a voter file is taken over from the workspace instead
    (:mod:`turnout.reuse`), by this process or any later one.

    Parameters
    ----------
    contest : what to project, and from which files; a voter file is optional
    wait : seconds to wait for another run that holds the output directory
    workbook : whether each update writes ``report.xlsx``, which takes as long as all other outputs together
    spread : what measures the partitions of a contest whose voter files are apart

    Raises
    ------
    UsageError
        If the contest names no returns.
    """

    def __init__(
        self,
        contest: Contest,
        *,
        wait: float = 0,
        workbook: bool = True,
        spread: partitions.Spread = partitions.here,
    ) -> None:
        if not (contest.inputs.returns or contest.inputs.release):
            raise UsageError(
                "There are no returns to project from. Name a file with --returns, or `returns` in [inputs]."
            )
        self._contest = contest
        self._wait = wait
        self._workbook = workbook
        self._spread = spread
        self._past: _Past | None = None

    def update(
        self,
        *,
        inputs: Inputs | None = None,
        judge: Callable[[Workspace], None] = lambda _: None,
        progress: Progress = silent,
    ) -> reporting.Run:
        """Read the returns as they are now, project them, and publish the outputs in the contest's ``output``.

        Parameters
        ----------
        inputs : the contest's, where its returns lie elsewhere now; the past must be the same
        judge : called with what was read before it is projected; what it raises ends the update, nothing published
        progress : called with the name of each stage as it begins

        Raises
        ------
        UsageError
            If a file is missing.
        InputRefused
            If an input cannot be used.
        WorkspaceBusy
            If another run holds the output directory.
        """
        if inputs is not None:
            self._contest = self._contest.model_copy(update={"inputs": inputs})
        with contextlib.nullcontext() if self._contest.inputs.voters else _without_pauses():
            return self._update(source.pinned(self._contest, files.members()), judge, progress)

    def _update(self, asked: Contest, judge: Callable[[Workspace], None], progress: Progress) -> reporting.Run:
        _require_generated(asked)
        shapes = reporting.shapes(asked.inputs.boundaries)  # before the work, for the file may be refused
        started = time.time()
        rng = np.random.default_rng(asked.seed)
        with Workspace.create(asked.output, wait=self._wait) as workspace:
            progress("reading")
            with _loaded_ahead(workspace, asked.inputs):
                contest, past = self._read(workspace, asked)
            judge(workspace)
            workspace.seal()
            whole = not contest.inputs.partitioned
            if whole:
                snapshots.follow(workspace, contest)
            voters = self._electorate(workspace, contest, rng, progress) if contest.inputs.voters else None
            drawn = electorate.stream(contest.seed)
            cohorts = None if voters is None else electorate.cohorts(voters, contest.draws, drawn)
            progress("projection")
            from turnout import projection  # noqa: PLC0415 - loaded ahead

            projected = projection.project(workspace, contest, voters, rng, past)
            result = reporting.Run(
                contest=contest,
                projection=projected.table,
                cohorts=cohorts,
                support=projected.support,
                together=projected.together,
                totals=projected.totals,
                components=projected.components,
                reconciliation=workspace.table("reconciliation"),
                findings=workspace.table("findings"),
                provenance=_provenance(workspace, contest, projected.models, started)
                | ({"cohort_totals": voters.totals()} if voters is not None else {}),
                precincts=projected.precincts,
                shapes=shapes,
            )
            progress("reporting")
            result = reporting.entered(result, contest.output)
            with workspace.publication() as directory:
                reporting.write(directory, result, workbook=self._workbook)
            if whole:
                snapshots.keep(workspace, contest)
        return result

    def _electorate(
        self, workspace: Workspace, contest: Contest, rng: np.random.Generator, progress: Progress
    ) -> electorate.Electorate:
        """Estimate and score the voters, here or by partitions, and keep what is expected as of the ballots' day."""
        if contest.inputs.partitioned:
            tasks = partitions.tasks(contest)
            with contextlib.closing(self._spread(tasks, kept_parts.begin(workspace), progress)) as spread:
                for measured in spread:
                    kept_parts.put(workspace, measured)
            parts = kept_parts.parts(workspace, len(tasks))
            voters = partitions.gather(workspace, contest, parts)
            if dates := [part.latest for part in parts if part.latest is not None]:
                days.keep(workspace, voters, max(dates))
            return voters
        progress("ethnicity")
        ethnicity.estimate(workspace, contest, by_ballot=False)
        progress("electorate")
        voters = electorate.build_or_take_over(workspace, contest, rng)
        days.keep_latest(workspace, voters)
        return voters

    def _read(self, workspace: Workspace, asked: Contest) -> "tuple[Contest, Past | None]":
        """Fill the tables. Returns the contest with what the returns tell of it, and its past if that is at hand."""
        inputs = asked.inputs
        if inputs.voters:
            source.require(inputs.paths())
            here = partitions.without_voters(inputs) if inputs.partitioned else inputs
            reading.load(workspace, asked.model_copy(update={"inputs": here}))
            return reading.completed(workspace, asked), None
        reading.load(workspace, _without_history(asked))
        contest = reading.completed(workspace, asked)
        if self._past is None or (self._past.before, self._past.state) != (contest.date, contest.state):
            self._past = _read_past(workspace, contest)
        else:
            for name, rows in self._past.account.items():
                workspace.append(name, rows)
        return contest, self._past.results


@contextlib.contextmanager
def _without_pauses() -> Iterator[None]:
    """Put off the search for unreachable cycles: through all that a process holds, it takes a twentieth of an update.

    What an update from results alone leaves in cycles is small, and is found after it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def _loaded_ahead(workspace: Workspace, inputs: Inputs) -> Iterator[None]:
    """Import what later stages need and compile the page's templates while the block reads.

    scikit-learn, which takes as long as many a stage, is imported if this run is to fit with it; partitions fit
    elsewhere, or one after another. All is over when the block is.
    """
    fits = inputs.voters and not inputs.partitioned and not electorate.fitted_before(workspace)
    with ThreadPoolExecutor(1) as loader:
        if fits:
            loader.submit(import_module, "turnout.electorate.estimators")
        loader.submit(import_module, "turnout.projection")
        loader.submit(reporting.prepare)
        yield


def _read_past(workspace: Workspace, contest: Contest) -> _Past:
    """Add the contest's history to its returns in the workspace."""
    from turnout.projection import Past  # noqa: PLC0415 - loaded ahead

    so_far = {name: workspace.table(name).height for name in _ACCOUNT}
    reading.load_past(workspace, contest)
    account = {name: workspace.table(name).slice(rows) for name, rows in so_far.items()}
    return _Past(contest.date, contest.state, Past.read(workspace), account)


def _without_history(contest: Contest) -> Contest:
    return contest.model_copy(update={"inputs": contest.inputs.model_copy(update={"history": ()})})


def _require_generated(contest: Contest) -> None:
    """Say how to make the files of a synthetic contest that are not there; the reader speaks for all others."""
    missing = [path for path in contest.inputs.paths() if isinstance(path, Path) and not path.exists()]
    if contest.synthetic and missing:
        home, again = missing[0].parent, ""
        if contest.inputs.partitioned:
            home, again = home.parent, ", with the --voters, --seed and --partitions of then,"
        raise UsageError(
            f"{missing[0]}: no such file. This electorate is generated: `turnout demo --files-only {home}`{again}"
            " makes its files."
        )


def _provenance(workspace: Workspace, contest: Contest, models: tuple[str, ...], started: float) -> dict[str, object]:
    """Return what the result rests on: versions, seed, inputs and models by hash, and how long it took."""
    return {
        **provenance.versions(),
        "seed": contest.seed,
        "draws": contest.draws,
        "inputs": provenance.inputs(workspace),
        **provenance.objects(workspace, contest),
        "models": provenance.models(models),
        "as_of": workspace.query("running/as_of")["as_of"].item(),
        "reused": _reused(workspace, contest.inputs),
        "started": started,
        "seconds": time.time() - started,
    }


def _reused(workspace: Workspace, inputs: Inputs) -> list[str]:
    """Return what was taken over from the last run, in words."""
    if not inputs.voters:
        return []
    if inputs.partitioned:
        return kept_parts.account(workspace)
    found = reuse.taken_over(workspace.connection)
    return [words for unit, words in _TAKEN_OVER.items() if unit in found]
