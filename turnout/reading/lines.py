"""Files in blocks of whole lines: every pass over a file's bytes goes through here, in bounded memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from turnout.errors import InputRefused

BLOCK = 1 << 20
#: No voter's line is longer; DuckDB's own limit is 2,000,000 bytes.
LONGEST_LINE = 1_900_000
#: A stream without a line end for so long is no delimited file, and is not read on.
LONGEST_STRETCH = 1 << 24

_NEWLINE = 10


class Readable(Protocol):
    """Anything bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""
        ...


def whole(pieces: Iterator[bytes], name: str, end: bytes = b"\n") -> Iterator[bytes]:
    """Cut a stream of bytes at line ends; only the last block may lack one.

    Raises
    ------
    InputRefused
        If no line ends within :data:`LONGEST_STRETCH` bytes.
    """
    carry: list[bytes] = []
    held = 0
    for piece in filter(None, pieces):
        cut = piece.rfind(end) + 1
        if cut:
            yield b"".join([*carry, memoryview(piece)[:cut]]) if carry else piece[:cut]  # copied once
            carry, held = ([piece[cut:]] if cut < len(piece) else []), len(piece) - cut
        else:
            carry.append(piece)
            held += len(piece)
        if held > LONGEST_STRETCH:
            raise InputRefused(
                f"{name}: no line ends within {LONGEST_STRETCH >> 20} MB, so this is no delimited file."
                " Export it as CSV. Nothing was loaded."
            )
    if carry:
        yield b"".join(carry)


def pieces(stream: Readable, head: bytes = b"") -> Iterator[bytes]:
    """Yield ``head`` and the rest of a stream."""
    piece = head or stream.read(BLOCK)
    while piece:
        yield piece
        piece = stream.read(BLOCK)


def ends(block: bytes) -> npt.NDArray[np.intp]:
    """Positions of a block's line ends, one past its last byte included where that ends no line."""
    found = np.flatnonzero(np.frombuffer(block, np.uint8) == _NEWLINE)
    return found if block.endswith(b"\n") else np.append(found, len(block))


def texts(path: Path, numbers: Sequence[int], spans: dict[int, int]) -> Iterator[str]:
    """Yield the text of physical lines of a UTF-8 file.

    Parameters
    ----------
    numbers : line numbers from 1, ascending
    spans : first line -> lines, of records that run over several
    """
    wanted = [line for number in numbers for line in range(number, number + spans.get(number, 1))]
    with path.open("rb") as file:
        found = _found(whole(pieces(file), path.name), wanted)
        for number in numbers:
            record = [next(found) for _ in range(spans.get(number, 1))]
            yield b"".join(record).decode("utf-8", "replace").rstrip("\r\n")


def _found(blocks: Iterator[bytes], wanted: Sequence[int]) -> Iterator[bytes]:
    """Yield the wanted lines, ascending, of a file in blocks of whole lines; one wanted twice comes twice."""
    index, passed = 0, 0
    for block in blocks:
        if index == len(wanted):
            return
        stops = ends(block) + 1
        while index < len(wanted) and wanted[index] <= passed + len(stops):
            at = wanted[index] - passed - 1
            yield block[(stops[at - 1] if at else 0) : stops[at]]
            index += 1
        passed += len(stops)
