"""A backtest from a directory of past results to published scores: read once, replay on all cores, score."""

import contextlib
import datetime as dt
import hashlib
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

import polars as pl

import turnout.backtest as backtest  # noqa: PLR0402 - the room; `from turnout` it is the function `over`
from turnout import reading, resources, storage
from turnout.addresses import Address
from turnout.backtest import Backtest, Parts, Replay
from turnout.backtest.scores import MANY
from turnout.errors import InputRefused, UsageError
from turnout.projection.priors import Priors
from turnout.reporting import backtest as report
from turnout.running import provenance
from turnout.running.workers import end_with_parent
from turnout.workspace import Workspace

_T = TypeVar("_T")
_R = TypeVar("_R")

#: Called with how many replays are finished, how many there are, and what is being done.
Advance = Callable[[int, int, str], None]

#: Told to every library that would start threads of its own in a worker.
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
#: Rooms whose code a replay's numbers come from.
_CODE: Final = ("reading", "projection", "backtest")
#: Rounds in which effects are learned, from the starting values in ``models/``.
ROUNDS: Final = 3
PRIORS_JSON: Final = "priors.json"
_STAGING: Final = ".replay-"
_NO_CONTEST: Final = "no contest counts"
_ONE_COUNTY: Final = "the ballot is in one county"


#: In which orders precincts may report.
ORDERS: Final = backtest.ORDERS


@dataclass(frozen=True)
class Settings:
    """What to replay, and how.

    Attributes
    ----------
    shares : per cent of the precincts' poll votes at which counts are stopped
    orders : of :data:`turnout.backtest.ORDERS`
    states : only elections of these; empty: of all
    jobs : processes; each may take about 1.5 GB on a large state's ballot
    fresh : whether to replay what an earlier run of the same inputs, models, code and options finished
    priors : file of priors in place of the shipped one
    past_crosswalk : the user's list of what precincts of past elections became
    """

    history: tuple[Path | Address, ...]
    output: Path
    shares: tuple[int, ...] = (0, 10, 25, 50)
    orders: tuple[str, ...] = ORDERS
    states: tuple[str, ...] = ()
    seed: int = 0
    draws: int = 400
    jobs: int = 1
    fresh: bool = False
    priors: Path | None = None
    past_crosswalk: Path | None = None


@dataclass(frozen=True)
class _Task:
    """One replay, where its election's full count and its state's past are, and what it is projected with."""

    replay: Replay
    lines: Path
    past: Path
    size: int
    contests: int
    learned: Priors


def run(settings: Settings, *, advance: Advance = lambda *_: None) -> Backtest:
    """Replay every past election at every stage, score the projections, and publish in ``settings.output``.

    Raises
    ------
    UsageError
        If a state is not in the history.
    InputRefused
        If a file cannot be used, or no election has a contest that counts.
    WorkspaceBusy
        If another run holds the output directory.
    """
    with Workspace.create(settings.output) as workspace, _staging(settings.output) as staging:
        advance(0, 1, "reading")
        reading.load_history(workspace, settings.history, settings.past_crosswalk)
        workspace.seal()
        elections = _elections(workspace, settings.states)
        learned = Priors.load(settings.priors)
        basis = _provenance(workspace, settings, learned)
        parts = Parts(settings.output, basis, fresh=settings.fresh)
        tasks, without = _tasks(workspace, elections, settings, staging, learned)
        _replay_all(tasks, parts, settings.jobs, advance)
        result = _conclude([(task.replay, parts.read(task.replay)) for task in tasks], without, basis, settings)
        with workspace.publication() as directory:
            report.write(directory, result)
    return result


def over(  # noqa: PLR0913 - the options of a command, by name
    history: Path | Address | Sequence[Path | Address],
    output: Path,
    *,
    states: Sequence[str] = (),
    shares: Sequence[int] = (0, 10, 25, 50),
    orders: Sequence[str] = ORDERS,
    seed: int = 0,
    draws: int = 400,
    jobs: int = 1,
    priors: Path | None = None,
) -> Backtest:
    """Replay past elections, each seeing only what was known then, and score the projections.

    The scores are also published in ``output``, as `turnout backtest` does.

    Parameters
    ----------
    history : past results by vote mode: files, directories of them, or their addresses in a bucket or on the web
    output : directory to publish into
    states : only elections of these, as two letters; empty: of all
    shares : per cent of the precincts' poll votes at which counts are stopped, 0 to 99
    orders : in which precincts report: ``random``, ``county``
    jobs : processes. With more than one, a script must call this under ``if __name__ == "__main__":``
    priors : file of priors in place of the shipped one

    Returns
    -------
    Backtest
        ``rows`` (contest × stage × order) and ``summary``, as Polars frames.

    Raises
    ------
    UsageError, InputRefused, WorkspaceBusy
        As :func:`run` does.
    """
    paths = (history,) if isinstance(history, Path | Address) else tuple(history)
    return run(
        Settings(
            history=paths,
            output=output,
            shares=tuple(sorted(set(shares))),
            orders=tuple(orders),
            states=tuple(state.upper() for state in states),
            seed=seed,
            draws=draws,
            jobs=jobs,
            priors=priors,
        )
    )


def learn(settings: Settings, without: Sequence[str] = (), *, advance: Advance = lambda *_: None) -> Priors:
    """Learn priors and the calibration of draws from past elections, and publish ``priors.json``.

    Effects are learned in :data:`ROUNDS` rounds from the full counts; then the elections are replayed with them at
    the stages of ``settings``, which calibrates the draws.

    Parameters
    ----------
    without : states that are left out, so that a backtest of them is of elections nothing was learned from

    Raises
    ------
    UsageError, InputRefused, WorkspaceBusy
        As :func:`run` does.
    """
    with Workspace.create(settings.output) as workspace, _staging(settings.output) as staging:
        advance(0, 1, "reading")
        reading.load_history(workspace, settings.history, settings.past_crosswalk)
        workspace.seal()
        elections = [each for each in _elections(workspace, settings.states) if each[0] not in without]
        learned = Priors()
        tasks, _ = _tasks(workspace, elections, settings, staging, learned)
        total = ROUNDS * len({task.lines for task in tasks}) + len(tasks)
        learned = _learn_effects(tasks, learned, settings, lambda done: advance(done, total, "learning effects"))
        rows = []
        for _, part in _each(_replay, [replace(task, learned=learned) for task in tasks], settings.jobs):
            rows.append(part)
            advance(total - len(tasks) + len(rows), total, "replaying")
        calibration = backtest.calibrate(pl.concat(rows))
        basis = _provenance(workspace, settings, learned)
        kept = {"elections": len(elections), "without": sorted(without), "rounds": ROUNDS}
        learned = learned.model_copy(update={"calibration": calibration, "provenance": {**kept, **basis}})
        with workspace.publication() as directory:
            storage.write(directory / PRIORS_JSON, f"{learned.model_dump_json(indent=1)}\n".encode())
    return learned


def _learn_effects(
    tasks: Sequence[_Task], learned: Priors, settings: Settings, advance: Callable[[int], None]
) -> Priors:
    """Learn the hierarchies' priors from every election with contests enough to tell them apart."""
    elections = list({task.lines: task for task in tasks if task.contests >= MANY}.values())
    done = 0
    for _ in range(ROUNDS):
        found = {}
        asked = [replace(task, learned=learned) for task in elections]
        for task, told in _each(_evidence, asked, settings.jobs):
            found[task.lines] = told
            done += 1
            advance(done)
        learned = backtest.maximise([found[task.lines] for task in elections], learned)
    return learned


def _evidence(task: _Task) -> backtest.Evidence:
    asked = task.replay
    return backtest.evidence(
        pl.read_parquet(task.lines), pl.read_parquet(task.past), asked.date, task.learned, asked.seed
    )


@contextlib.contextmanager
def _staging(output: Path) -> Iterator[Path]:
    """Yield a directory for what the processes read, after removing what a killed run left."""
    for leftover in output.glob(f"{_STAGING}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_STAGING, dir=output) as directory:
        yield Path(directory)


def _elections(workspace: Workspace, states: Sequence[str]) -> list[tuple[str, dt.date]]:
    """Return state and date of every past election asked for, in time order."""
    found = workspace.query("backtest/elections")
    there = sorted(set(found["state"]))
    if unknown := [state for state in states if state not in there]:
        raise UsageError(f"--state {unknown[0]}: the history holds {', '.join(there) or 'no state'}.")
    wanted = found.filter(pl.col("state").is_in(list(states))) if states else found
    return list(wanted.select("state", "election_date").iter_rows())


def _tasks(
    workspace: Workspace,
    elections: Sequence[tuple[str, dt.date]],
    settings: Settings,
    staging: Path,
    learned: Priors,
) -> tuple[list[_Task], list[tuple[str, dt.date]]]:
    """Put each election's full count and each state's past where processes can read them.

    Returns the replays, and the elections without a contest that counts.
    """
    workspace.execute("projection/macros")
    pasts = {}
    for number, state in enumerate(dict.fromkeys(state for state, _ in elections)):
        pasts[state] = staging / f"past-{number}.parquet"
        workspace.query("projection/past_units", state=state).write_parquet(pasts[state])
    tasks, without = [], []
    for number, (state, date) in enumerate(elections):
        lines = workspace.query("projection/lines", is_past=True, state=state, date=date)
        contests = backtest.counting(lines).height
        if not contests:
            without.append((state, date))
            continue
        path = staging / f"lines-{number}.parquet"
        lines.write_parquet(path)
        for stage in backtest.stages(settings.shares, settings.orders):
            replay = Replay(state, date, stage, settings.seed, settings.draws)
            tasks.append(_Task(replay, path, pasts[state], lines.height, contests, learned))
    if not tasks:
        raise InputRefused(
            "No past election has a contest that counts: over 2,000 votes for the top two, the runner-up over a"
            " quarter of the leader's, 8 precincts, 300 votes early and at the polls. Give more history."
        )
    return tasks, without


def _replay_all(tasks: Sequence[_Task], parts: Parts, jobs: int, advance: Advance) -> None:
    """Replay what is not finished yet, the largest elections first, and keep each as soon as it is."""
    missing = sorted((task for task in tasks if not parts.has(task.replay)), key=lambda task: -task.size)
    done = len(tasks) - len(missing)
    advance(done, len(tasks), "replaying")
    for task, rows in _each(_replay, missing, jobs):
        parts.write(task.replay, rows)
        done += 1
        advance(done, len(tasks), f"{task.replay.state} {task.replay.date}")


def _each(work: Callable[[_T], _R], tasks: Sequence[_T], jobs: int) -> Iterator[tuple[_T, _R]]:
    """Work on tasks in processes and yield them as they end. What one gives does not depend on ``jobs``."""
    if min(jobs, len(tasks)) <= 1:
        yield from ((task, work(task)) for task in tasks)
        return
    # Processes are spawned, not forked: DuckDB and Polars have threads here, which a fork would lose.
    context = multiprocessing.get_context("spawn")
    with (
        _one_thread_each(),
        ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=context, initializer=end_with_parent) as pool,
    ):
        futures = {pool.submit(work, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _replay(task: _Task) -> pl.DataFrame:
    return backtest.replay(task.replay, pl.read_parquet(task.lines), pl.read_parquet(task.past), task.learned)


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes started within use one thread each; their libraries read it when they are imported."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _conclude(
    replayed: Sequence[tuple[Replay, pl.DataFrame]],
    without: Sequence[tuple[str, dt.date]],
    basis: dict[str, object],
    settings: Settings,
) -> Backtest:
    rows = pl.concat(frame for _, frame in replayed).sort("date", "state", "order", "stage", "contest")
    skipped: list[tuple[object, ...]] = [(state, str(date), None, "", _NO_CONTEST) for state, date in without]
    skipped += [
        (asked.state, str(asked.date), asked.stage.share, asked.stage.order, _ONE_COUNTY)
        for asked, frame in replayed
        if frame.is_empty()
    ]
    schema = {"state": pl.String, "date": pl.String, "stage": pl.Int64, "order": pl.String, "reason": pl.String}
    return Backtest(
        rows=rows,
        summary=backtest.summarise(rows),
        skipped=pl.DataFrame(skipped, schema=schema, orient="row").sort("date", "state", "order", "stage"),
        provenance={**basis, "stages": list(settings.shares), "orders": list(settings.orders)},
    )


def _provenance(workspace: Workspace, settings: Settings, learned: Priors) -> dict[str, object]:
    """Return what every replay rests on, whichever of them are asked for."""
    models = [*resources.listing("models", "*.toml"), *resources.listing("models", "*.json")]
    return {
        **provenance.versions(),
        "seed": settings.seed,
        "draws": settings.draws,
        "inputs": provenance.inputs(workspace),
        "models": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in models},
        "priors": hashlib.sha256(learned.model_dump_json().encode()).hexdigest(),
        "code": _code(),
    }


def _code() -> str:
    """Hash of the code and queries that a replay's numbers come from."""
    package = Path(backtest.__file__).parents[1]
    modules = [path for room in _CODE for path in sorted((package / room).rglob("*.py"))]
    queries = [path for room in _CODE for path in resources.listing("sql", f"{room}/*.sql")]
    digest = hashlib.sha256()
    for path in [*modules, *queries]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
