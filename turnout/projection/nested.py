"""A sparse positive definite system whose unknowns are nested: most belong to one precinct or one county alone.

Cholesky's method in the order that the nesting gives. First go unknowns of which no two are coupled, such as the
effects of precincts: they need a division each. What is left of every county is then a small dense block, and what
counties share, such as the effects of statewide contests, a last one. Work and memory are those of the largest county
and of what is shared, not of the ballot, and nearly all of it is dense algebra.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cholesky, solve_triangular
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Nesting:
    """An order in which to eliminate the unknowns of a system. It depends on what is coupled, not on how strongly.

    Attributes
    ----------
    alone : unknowns of which no two are coupled, eliminated first
    rest : all others: block after block, then what the blocks share
    cuts : (blocks + 1,) where each block starts in ``rest``; the shared ones start at the last
    """

    alone: Integers
    rest: Integers
    cuts: Integers

    @classmethod
    def of(cls, system: sparse.csr_array, shared: Flags) -> "Nesting":
        """Find an order for a system, ``shared`` saying which unknowns belong to no place of their own."""
        alone = _independent(system, ~shared)
        local = np.flatnonzero(~shared & ~alone)
        # eliminating an unknown couples those it was coupled with
        through = system[local][:, np.flatnonzero(alone)]
        blocks, block = connected_components(system[local][:, local] + through @ through.T, directed=False)
        local = local[np.argsort(block, kind="stable")]
        cuts = np.concatenate([[0], np.cumsum(np.bincount(block, minlength=blocks))])
        return cls(np.flatnonzero(alone), np.concatenate([local, np.flatnonzero(shared)]), cuts)


@dataclass(frozen=True)
class _Block:
    """One block of a factor: its own triangle, and its rows of what couples it with the ``shared`` unknowns."""

    at: slice
    triangle: Floats
    shared: Integers
    coupling: Floats


class NestedCholesky:
    """The Cholesky factor L of a symmetric positive definite system A = L Lᵀ, in the order of a :class:`Nesting`."""

    def __init__(self, system: sparse.csr_array, nesting: Nesting) -> None:
        self._nesting = nesting
        first = system[nesting.alone]
        self._diagonal = system.diagonal()[nesting.alone]
        self._coupling = first[:, nesting.rest]
        scaled = sparse.diags_array(1.0 / self._diagonal) @ self._coupling
        left = (system[nesting.rest][:, nesting.rest] - self._coupling.T @ scaled).tocsr()
        start = int(nesting.cuts[-1])
        corner = left[start:, start:].toarray()
        self._blocks = []
        for begin, end in zip(nesting.cuts[:-1].tolist(), nesting.cuts[1:].tolist(), strict=True):
            block = _block(left, begin, end, start)
            corner[np.ix_(block.shared, block.shared)] -= block.coupling.T @ block.coupling
            self._blocks.append(block)
        self._corner = cholesky(corner, lower=True, check_finite=False)

    def solve(self, right: Floats) -> Floats:
        """Solve A x = right, of shape (unknowns,)."""
        nesting = self._nesting
        z = np.empty_like(right)
        z[nesting.alone] = right[nesting.alone] / np.sqrt(self._diagonal)
        rest = right[nesting.rest] - self._coupling.T @ (right[nesting.alone] / self._diagonal)
        last = rest[nesting.cuts[-1] :]
        for block in self._blocks:
            rest[block.at] = _solve(block.triangle, rest[block.at])
            last[block.shared] -= block.coupling.T @ rest[block.at]
        last[:] = _solve(self._corner, last)
        z[nesting.rest] = rest
        return self.spread(z)

    def spread(self, z: Floats) -> Floats:
        """Solve Lᵀ x = z: standard normal z, of shape (unknowns,) or (unknowns, draws), become draws of N(0, A⁻¹)."""
        nesting = self._nesting
        rest = z[nesting.rest]
        last = rest[nesting.cuts[-1] :]
        last[:] = _solve(self._corner, last, transposed=True)
        for block in self._blocks:
            own = rest[block.at] - block.coupling @ last[block.shared]
            rest[block.at] = _solve(block.triangle, own, transposed=True)
        x = np.empty_like(z)
        x[nesting.rest] = rest
        scale = np.sqrt(self._diagonal).reshape(-1, *[1] * (z.ndim - 1))
        x[nesting.alone] = (z[nesting.alone] - (self._coupling @ rest) / scale) / scale
        return x


def _block(left: sparse.csr_array, begin: int, end: int, start: int) -> _Block:
    """Factor rows ``begin`` to ``end`` of what is left; the shared unknowns start at ``start``."""
    rows = left[begin:end]
    shared = np.unique(rows.indices[rows.indices >= start]) - start
    at = np.full(left.shape[1], -1)
    at[begin:end] = np.arange(end - begin)
    at[start + shared] = end - begin + np.arange(len(shared))
    dense = np.zeros((end - begin, end - begin + len(shared)))
    dense[np.repeat(np.arange(end - begin), np.diff(rows.indptr)), at[rows.indices]] = rows.data
    triangle = cholesky(dense[:, : end - begin], lower=True, check_finite=False)
    return _Block(slice(begin, end), triangle, shared, _solve(triangle, dense[:, end - begin :]))


def _solve(triangle: Floats, right: Floats, *, transposed: bool = False) -> Floats:
    if not right.size:
        return right
    return np.asarray(solve_triangular(triangle, right, trans=int(transposed), lower=True, check_finite=False))


def _independent(system: sparse.csr_array, eligible: Flags) -> Flags:
    """Choose eligible unknowns of which no two are coupled, those with the fewest couplings before others.

    In rounds: whoever comes before all its neighbours that are still in question is chosen, and they drop out.
    """
    turn = np.empty(len(eligible), dtype=np.int64)
    turn[np.argsort(np.diff(system.indptr), kind="stable")] = np.arange(len(eligible))
    pair = sparse.coo_array(system[eligible][:, eligible])
    number = np.flatnonzero(eligible)
    one, other = (number[index] for index in pair.coords)
    one, other = one[one != other], other[one != other]
    chosen, open_ = np.zeros_like(eligible), eligible.copy()
    while open_.any():
        after = np.zeros_like(eligible)
        after[one[turn[other] < turn[one]]] = True
        new = open_ & ~after
        chosen |= new
        open_ &= after
        open_[other[new[one]]] = False
        still = open_[one] & open_[other]
        one, other = one[still], other[still]
    return chosen
