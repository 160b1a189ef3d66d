"""Work shared among threads. No result depends on how many there are, so a piece must bring its own generator."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def threads() -> int:
    """Return how many threads work is shared among: ``OMP_NUM_THREADS``, as numeric libraries do, or one a core."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(int(told), cores())) if told.isdecimal() else cores()


def each(work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> list[Result]:
    """Return what work makes of every piece, in their order."""
    if threads() == 1:
        return [work(piece) for piece in pieces]
    with ThreadPoolExecutor(threads()) as pool:
        return list(pool.map(work, pieces))
