"""Many contests, each by itself: one that fails leaves the others alone, and one that has not changed is left."""

import datetime as dt
import glob
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal

from turnout import addresses, errors, reuse
from turnout.contest import Contest
from turnout.errors import AbstainedEverywhere, BatchPartlyFailed, InputStale, TurnoutError, UsageError
from turnout.reading import files, source
from turnout.running import freshness, ledger, project, provenance, workers
from turnout.running.progress import Progress, silent

CONTEST: Final = "contest.toml"

Status = Literal["projected", "abstained", "unchanged", "stale", "busy", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How one contest of a batch ended.

    Attributes
    ----------
    exit_code : what projecting it alone would have exited with; of one unchanged, what it exited with when it was run
    message : why; empty when it was projected
    seconds : how long it took
    output : the directory it publishes into, where the config could be read
    leaders : contest -> who leads in the projection, with the projected share and win probability
    """

    config: Path
    status: Status
    exit_code: int = 0
    message: str = ""
    seconds: float = 0.0
    output: Path | None = None
    leaders: dict[str, dict[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """How to run a batch.

    Attributes
    ----------
    jobs : processes; 0 works in this one, where a contest that takes it down takes all down
    max_age : how old the newest returns and ballots may be
    as_of : the moment the batch stands for; now where None
    force : whether to run what has not changed, too
    wait : seconds to wait for another run that holds a directory
    """

    jobs: int = 0
    max_age: dt.timedelta | None = None
    as_of: dt.datetime | None = None
    force: bool = False
    wait: float = 0


@dataclass(frozen=True)
class _Task:
    config: Path
    settings: Settings


def find(named: Sequence[Path]) -> list[Path]:
    """Return the configs that files, directories and patterns name, each once.

    A directory stands for its own ``contest.toml``, or else for those of the directories in it.

    Raises
    ------
    UsageError
        If a directory or a pattern names none, or one is an address.
    """
    addresses.refuse(named, "contests are read from a disk; the files that they name may lie elsewhere.")
    found: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = [path / CONTEST] if (path / CONTEST).is_file() else sorted(path.glob(f"*/{CONTEST}"))
        elif path.exists() or not glob.has_magic(str(path)):
            inside = [path]  # one that is missing fails by itself
        else:
            inside = [Path(match) for match in sorted(glob.glob(str(path)))]  # noqa: PTH207 - of a whole path
            inside = [match / CONTEST if match.is_dir() else match for match in inside]
        if not inside:
            raise UsageError(f"{path}: holds no {CONTEST}. Name configs, or directories that hold them.")
        found += inside
    return list(dict.fromkeys(found))


def run(
    configs: Sequence[Path],
    settings: Settings | None = None,
    *,
    progress: Callable[[Path, str], None] = lambda *_: None,
) -> Iterator[Outcome]:
    """Project each config and yield how it ended, as soon as it has.

    Parameters
    ----------
    progress : called with a config and the name of the stage it has come to
    """
    settings = settings or Settings()
    tasks, clashing = _apart(configs, settings)
    yield from clashing
    if settings.jobs == 0:
        for task in tasks:
            yield _one(task, lambda stage, task=task: progress(task.config, stage))  # type: ignore[misc]
        return
    for task, ended in workers.each(_one, tasks, settings.jobs, stage=lambda task, name: progress(task.config, name)):
        yield Outcome(task.config, "failed", 1, ended.sentence()) if isinstance(ended, workers.Died) else ended


def conclude(outcomes: Sequence[Outcome]) -> None:
    """Raise what a finished batch should exit with; return where every contest was published and one projected.

    Raises
    ------
    TurnoutError
        If all failed, and all for the same kind of reason: that kind's exit code.
    BatchPartlyFailed
        If one failed, or all did for several reasons.
    AbstainedEverywhere
        If none failed and none could be projected.
    """
    failed = [outcome for outcome in outcomes if outcome.status in ("stale", "busy", "failed")]
    if failed:
        names = ", ".join(str(outcome.config) for outcome in failed)
        codes = {outcome.exit_code for outcome in failed}
        kind = _KINDS.get(codes.pop()) if len(failed) == len(outcomes) and len(codes) == 1 else None
        if kind is not None:
            raise kind(failed[0].message if len(failed) == 1 else f"No contest of the batch was run: {names}.")
        others = " The others are published." if len(failed) < len(outcomes) else ""
        raise BatchPartlyFailed(f"{len(failed)} of {len(outcomes)} contests failed: {names}.{others}")
    if outcomes and all(outcome.exit_code == AbstainedEverywhere.exit_code for outcome in outcomes):
        raise AbstainedEverywhere("No contest of the batch could be projected; each output says why.")


def summary(outcomes: Sequence[Outcome], *, started: dt.datetime, exit_code: int) -> dict[str, object]:
    """Return a finished batch for machines."""
    rows = [
        {**asdict(outcome), "config": str(outcome.config), "output": outcome.output and str(outcome.output)}
        for outcome in outcomes
    ]
    return {
        "schema": 1,
        "turnout": metadata.version("turnout"),
        "started": started.isoformat(timespec="seconds"),
        "seconds": round((dt.datetime.now().astimezone() - started).total_seconds(), 3),
        "exit_code": exit_code,
        "counts": counts(outcomes),
        "contests": rows,
    }


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return how many contests ended in each way, of those ways that there were."""
    statuses = [outcome.status for outcome in outcomes]
    return {status: statuses.count(status) for status in dict.fromkeys(sorted(statuses))}


_KINDS: Final[dict[int, type[TurnoutError]]] = {
    kind.exit_code: kind for kind in (UsageError, errors.InputRefused, InputStale, errors.WorkspaceBusy)
}
_STATUSES: Final[dict[int, Status]] = {InputStale.exit_code: "stale", errors.WorkspaceBusy.exit_code: "busy"}


def _apart(configs: Sequence[Path], settings: Settings) -> tuple[list[_Task], list[Outcome]]:
    """Return what to run, and as failed what would overwrite the outputs of another config of the batch."""
    tasks: list[_Task] = []
    clashing: list[Outcome] = []
    taken: dict[Path, Path] = {}
    for config in configs:
        try:
            output = Contest.load(config).output.resolve()
        except TurnoutError:
            output = config.resolve()  # it fails by itself
        first = taken.setdefault(output, config)
        if first is config:
            tasks.append(_Task(config, settings))
        else:
            message = f"publishes into the same directory as {first}. Give it an `output` of its own."
            clashing.append(Outcome(config, "failed", UsageError.exit_code, message))
    return tasks, clashing


def _one(task: _Task, progress: Progress = silent) -> Outcome:
    """Run one config as the command would, enter it in its ledger, and say how it ended."""
    started = time.time()
    contest, basis = None, {}
    try:
        contest = source.pinned(Contest.load(task.config), files.members())
        as_of = task.settings.as_of or dt.datetime.now()
        freshness.require(contest, as_of=as_of, max_age=task.settings.max_age, fixed=task.settings.as_of is not None)
        basis = _basis(contest)
        if not task.settings.force and (same := _unchanged(contest, basis)) is not None:
            return Outcome(task.config, "unchanged", same["exit_code"], _since(same), output=contest.output)
        ended = _projected(task, contest, progress)
    except TurnoutError as error:
        status = _STATUSES.get(error.exit_code, "failed")
        ended = Outcome(task.config, status, error.exit_code, str(error).removeprefix(f"{task.config}: "))
    except Exception as error:  # a bug in one contest must not stop the others
        known = errors.in_words(error)
        message = str(known) if known else f"internal error: {type(error).__name__}. Run it alone to see more."
        ended = Outcome(task.config, "failed", known.exit_code if known else 1, message)
    if contest is None:
        return ended
    seconds = round(time.time() - started, 3)
    _enter(contest, ended, basis, started, seconds)
    return replace(ended, seconds=seconds, output=contest.output)


def _projected(task: _Task, contest: Contest, progress: Progress) -> Outcome:
    result = project.run(contest, progress=progress, wait=task.settings.wait)
    if result.abstained_everywhere:
        return Outcome(task.config, "abstained", AbstainedEverywhere.exit_code, "no contest could be projected")
    return Outcome(task.config, "projected", leaders=_leaders(result.people))


def _leaders(projection: Any) -> dict[str, dict[str, object]]:  # noqa: ANN401 - a polars frame
    """Return who leads in each contest that was projected."""
    told = projection.drop_nulls("projected_share").sort("projected_share", descending=True, maintain_order=True)
    columns = ("candidate", "projected_share", "lo90", "hi90", "win_probability", "status")
    rows = told.unique("contest", keep="first", maintain_order=True).sort("contest").iter_rows(named=True)
    return {row["contest"]: {name: row[name] for name in columns} for row in rows}


def _basis(contest: Contest) -> dict[str, object]:
    """Return what the result will rest on. It is taken before the run: what changes meanwhile counts as changed."""
    read_from = ledger.inputs(contest)
    return {"inputs": read_from, "fingerprint": ledger.fingerprint(contest, read_from)}


def _unchanged(contest: Contest, basis: dict[str, object]) -> ledger.Entry | None:
    """Return the entry of the run whose outputs stand and follow from the same, if there is one."""
    last = ledger.last_published(contest.output)
    return last if last is not None and last.get("fingerprint") == basis["fingerprint"] else None


def _since(entry: ledger.Entry) -> str:
    return f"same inputs, config and version as at {entry['started']}: nothing to do (--force runs it anyway)"


def _enter(contest: Contest, ended: Outcome, basis: dict[str, object], started: float, seconds: float) -> None:
    published = ended.status in ("projected", "abstained")
    entry = {
        "run": secrets.token_hex(8),
        "started": dt.datetime.fromtimestamp(started).astimezone().isoformat(timespec="seconds"),
        "seconds": seconds,
        "config": ended.config.name,
        "outcome": ended.status,
        "exit_code": ended.exit_code,
        "message": ended.message,
        "seed": contest.seed,
        "draws": contest.draws,
        **provenance.versions(),
        "code": reuse.code(),
        **basis,
        "outputs": ledger.outputs(contest.output) if published else {},
    }
    try:
        ledger.append(contest.output, entry)
    except OSError:  # a full disk: the outcome says more than that its entry is missing
        return
