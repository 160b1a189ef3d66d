"""Standard normal draws in pairs of opposite sign, so that their mean is nought exactly, however few there are.

Antithetic variates (Hammersley and Morton 1956, Proc. Cambridge Phil. Soc. 52:449). The second half of the draws are
the first with all signs turned: each thing that is drawn must be drawn so, or pairs would not be opposite.
"""

import numpy as np
from numpy.typing import NDArray

#: Draws have seven digits, far more than they mean, and take half the memory and time.
Draws = NDArray[np.float32]


def half(draws: int) -> int:
    """Return how many of the draws have no opposite before them."""
    return draws - draws // 2


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Draws:
    """Return standard normal draws along the last axis of ``shape``, the second half opposite to the first."""
    *places, draws = shape
    values = np.empty(shape, dtype=np.float32)
    first = rng.standard_normal((*places, half(draws)), dtype=np.float32)
    values[..., : half(draws)] = first
    np.negative(first[..., : draws // 2], out=values[..., half(draws) :])
    return values


def add_normal(rng: np.random.Generator, values: Draws, sd: Draws) -> None:
    """Add what :func:`normal` draws, times ``sd`` by row, to values of shape (rows, draws), in place."""
    draws = values.shape[1]
    first = rng.standard_normal((len(values), half(draws)), dtype=np.float32)
    first *= sd
    values[:, : half(draws)] += first
    values[:, half(draws) :] -= first[:, : draws // 2]
