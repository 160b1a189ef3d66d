"""Partitions on a Dask cluster: each is measured whole by one worker, and what comes back is what it adds up to.

Dask carries tasks (a contest and the names of its files) to the workers and :class:`~turnout.running.partitions.Part`
back; no row of a voter travels. A worker that ends before its task is done costs that task's rerun elsewhere, and
nothing else, for no partition depends on another. Results come in any order and are added up in the contest's.
"""

import contextlib
import functools
import logging
import re
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from turnout import reuse
from turnout.contest import Contest
from turnout.errors import TurnoutError, UsageError
from turnout.running import partitions
from turnout.running.partitions import Measured, Task
from turnout.running.progress import Progress

if TYPE_CHECKING:
    from distributed import Client

_LOCAL: Final = re.compile(r"local:([1-9]\d{0,2})")
#: Seconds to wait for a scheduler, and then for a first worker.
_CONNECTING: Final = 10


@contextlib.contextmanager
def connected(contest: Contest, address: str) -> Iterator[partitions.Spread]:
    """Yield what measures the partitions of a contest on the cluster at an address.

    Parameters
    ----------
    address : ``tcp://host:port`` (or ``tls://``) of a scheduler, or ``local:N``: N processes of this machine, which
        end with the block

    Raises
    ------
    UsageError
        If the contest is not partitioned, Dask is not installed, the address is none, nobody answers there, or the
        workers run another version of the package.
    """
    if not (contest.inputs.partitioned and contest.inputs.voters):
        raise UsageError(
            "--cluster hands out voter files that hold counties of their own. Name them under [inputs], with"
            " `partitioned = true`: each is then modelled by itself, on one machine too."
        )
    local = _LOCAL.fullmatch(address)
    if local is None and not re.match(r"(tcp|tls)://.+", address):
        raise UsageError(f"--cluster {address}: give tcp://host:port of a Dask scheduler, or local:N (N processes).")
    try:
        import distributed  # noqa: F401, PLC0415 - an extra, and slow to import
    except ImportError:
        raise UsageError(
            "--cluster needs Dask, which is not installed. Install it with: pip install 'turnout[cluster]'."
        ) from None
    with _local(int(local[1])) if local else _remote(address) as client:
        _require_same_code(client)
        yield functools.partial(_spread, client)


@contextlib.contextmanager
def _local(processes: int) -> Iterator["Client"]:
    """Start workers on this machine, each a process of its own, spawned, whom this process alone can reach."""
    import dask  # noqa: PLC0415
    from distributed import Client, LocalCluster  # noqa: PLC0415

    settings = {"distributed.worker.multiprocessing-method": "spawn"}
    with (
        tempfile.TemporaryDirectory(prefix="turnout-cluster-") as directory,
        dask.config.set(settings),
        LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            security=True,  # keys of its own: nobody else on the machine can hand it work
            local_directory=directory,
            silence_logs=logging.CRITICAL,
            memory_limit=None,  # DuckDB minds its own, on disk where it must
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextlib.contextmanager
def _remote(address: str) -> Iterator["Client"]:
    """Connect to a scheduler that runs already, and leave it running."""
    from distributed import Client  # noqa: PLC0415

    try:
        client = Client(address, timeout=_CONNECTING)
    except (OSError, TimeoutError, ValueError):
        raise UsageError(
            f"--cluster {address}: no Dask scheduler answers there. Start one, or use local:N."
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_CONNECTING)
        except TimeoutError:
            raise UsageError(
                f"--cluster {address}: the scheduler has no workers. Start some (dask worker)."
            ) from None
        yield client


def _require_same_code(client: "Client") -> None:
    """Refuse workers whose package is another: their cells would not be ours. One that is gone is asked no more."""
    told = client.run(_code, on_error="return")
    answered = {worker: code for worker, code in told.items() if not isinstance(code, OSError)}
    wrong = sorted(worker for worker, code in answered.items() if code != reuse.code())
    if wrong:
        raise UsageError(
            f"--cluster: the worker at {wrong[0]} has no turnout, or another version of it. Install this one there."
        )


def _code() -> str:
    return reuse.code()


def _spread(
    client: "Client", tasks: Sequence[Task], kept: Mapping[int, str], progress: Progress
) -> Generator[Measured, None, None]:
    """Measure partitions on the workers, and yield each as it is done."""
    from distributed import KilledWorker, as_completed  # noqa: PLC0415

    progress(f"partitions: 0 of {len(tasks)}")
    futures = [client.submit(_measure, task, kept.get(task.number, ""), reuse.code(), pure=False) for task in tasks]
    names = {future.key: task.name for future, task in zip(futures, tasks, strict=True)}
    try:
        for done, future in enumerate(as_completed(futures), start=1):
            try:
                measured = future.result()
            except KilledWorker:
                raise UsageError(
                    f"{names[future.key]}: every worker that took it was killed, perhaps for want of memory. Give"
                    " the workers more, or divide the file."
                ) from None
            yield measured
            progress(f"partitions: {done} of {len(tasks)}")
    finally:
        client.cancel(futures)


def _measure(task: Task, kept: str, code: str) -> Measured:
    """Measure one partition in a worker, on as many threads as the worker has, unless it is kept as it is."""
    from distributed import get_worker  # noqa: PLC0415

    if code != reuse.code():  # of a worker that came later
        raise UsageError("--cluster: a worker has another version of turnout. Install this one there.")
    try:
        return partitions.renewed(task, kept, threads=get_worker().state.nthreads)
    except TurnoutError as error:
        raise type(error)(f"{task.name}: {error}") from None
