"""Tasks in processes of their own, so that one which dies (of memory, of a fault in a library) takes no other along.

A worker is spawned, never forked, keeps its modules from task to task, and ends when the process that asked for it
does, however that ends.
"""

import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final, Generic, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")

_STAGE: Final = "stage"
_DONE: Final = "done"


@dataclass(frozen=True)
class Died:
    """How a worker's process ended before its task did: by which signal, or with which code."""

    code: int

    def sentence(self) -> str:
        """Return what happened, and what may have caused it."""
        if self.code == -9:
            return "its process was killed (signal 9), perhaps for want of memory. Run fewer at once (--jobs)."
        how = f"ended by signal {-self.code}" if self.code < 0 else f"ended with code {self.code}"
        return f"its process {how}. Run it alone to see more."


@dataclass
class _Worker(Generic[_T]):
    process: SpawnProcess
    connection: Connection
    task: _T | None = None


def each(
    work: Callable[[_T, Callable[[str], None]], _R],
    tasks: Sequence[_T],
    jobs: int,
    *,
    stage: Callable[[_T, str], None] = lambda *_: None,
) -> Iterator[tuple[_T, _R | Died]]:
    """Work on tasks in up to ``jobs`` processes and yield what each gave, as they end.

    Parameters
    ----------
    work : a function of a module; it is called with a task and what to tell the names of its stages to
    stage : called here with a task and the stage it has come to
    """
    waiting = list(tasks)
    workers: list[_Worker[_T]] = []
    try:
        while waiting or any(worker.task is not None for worker in workers):
            while waiting and sum(worker.task is not None for worker in workers) < jobs:
                idle = next((worker for worker in workers if worker.task is None), None)
                if idle is None:
                    idle = _start(work)
                    workers.append(idle)
                idle.task = waiting.pop(0)
                _hand(idle)
            for worker in _heard(workers):
                task = worker.task
                told = _told(worker)
                if isinstance(told, Died):
                    workers.remove(worker)
                elif told[0] == _STAGE:
                    stage(task, told[1])  # type: ignore[arg-type]
                    continue
                worker.task = None
                yield task, told if isinstance(told, Died) else told[1]  # type: ignore[misc]
    finally:
        for worker in workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in workers:
            worker.process.join()


def _start(work: Callable[..., Any]) -> _Worker[Any]:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, mine)


def _hand(worker: _Worker[Any]) -> None:
    with contextlib.suppress(OSError):  # it died meanwhile, which is seen where it is listened to
        worker.connection.send(worker.task)


def _heard(workers: Sequence[_Worker[Any]]) -> list[_Worker[Any]]:
    """Wait for word from a worker with a task, or for its end."""
    ready = wait([worker.connection for worker in workers if worker.task is not None])
    return [worker for worker in workers if worker.connection in ready]


def _told(worker: _Worker[Any]) -> tuple[str, Any] | Died:
    try:
        told: tuple[str, Any] = worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join()
        return Died(worker.process.exitcode or 0)
    return told


def _serve(work: Callable[..., Any], connection: Connection) -> None:
    """Work on what comes through the connection until it closes."""
    end_with_parent()
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        result = work(task, lambda name: connection.send((_STAGE, name)))
        connection.send((_DONE, result))


def end_with_parent() -> None:
    """End this process when the one that started it does, even if that is killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
