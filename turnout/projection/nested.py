"""A sparse positive definite system whose unknowns are nested: most belong to one precinct or one county alone.

Cholesky's method in the order that the nesting gives. First go unknowns of which no two are coupled, such as the
effects of precincts: they need a division each. What is left of every county is then a small dense block, and what
counties share, such as the effects of statewide contests, a last one. Work and memory are those of the largest county
and of what is shared, not of the ballot, and nearly all of it is dense algebra.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg.blas import dtrsm
from scipy.linalg.lapack import dpotrf
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Nesting:
    """An order in which to eliminate the unknowns of a system. It depends on what is coupled, not on how strongly.

    Attributes
    ----------
    order : (unknowns,) who comes when: those of which no two are coupled, block after block, what the blocks share
    cuts : (blocks + 1,) where in the order each block starts; the shared unknowns start at the last
    """

    order: Integers
    cuts: Integers

    @classmethod
    def of(cls, system: sparse.csr_array, shared: Flags) -> "Nesting":
        """Find an order for a system, ``shared`` saying which unknowns belong to no place of their own."""
        shared = shared & (np.diff(system.indptr) > 1)  # what is coupled with nothing can stand anywhere
        alone = _independent(system, ~shared)
        local = np.flatnonzero(~shared & ~alone)
        # eliminating an unknown couples those it was coupled with
        through = system[local][:, np.flatnonzero(alone)]
        blocks, block = connected_components(system[local][:, local] + through @ through.T, directed=False)
        local = local[np.argsort(block, kind="stable")]
        order = np.concatenate([np.flatnonzero(alone), local, np.flatnonzero(shared)])
        cuts = alone.sum() + np.concatenate([[0], np.cumsum(np.bincount(block, minlength=blocks))])
        return cls(order, cuts)


@dataclass(frozen=True)
class _Part:
    """Where one block stands, and its entries in it as a dense array: its own unknowns, then the ``shared`` ones."""

    at: slice
    entries: slice
    shared: Integers


@dataclass(frozen=True)
class Plan:
    """Where each entry of what is left after the first elimination goes: the same for all systems of one pattern.

    Attributes
    ----------
    indptr, indices : the pattern, as that of a csr_array
    parts : the blocks
    place : (entries of the blocks,) place of each within its block's dense array
    """

    indptr: Integers
    indices: Integers
    parts: list[_Part]
    place: Integers

    @classmethod
    def of(cls, left: sparse.csr_array, cuts: Integers) -> "Plan":
        """Plan for what is left, a matrix in the order of the nesting; ``cuts`` of the blocks within it."""
        start = int(cuts[-1])
        parts, places = [], [np.zeros(0, dtype=np.int64)]
        for first, last in pairwise(cuts.tolist()):
            entries = slice(int(left.indptr[first]), int(left.indptr[last]))
            column = left.indices[entries].astype(np.int64)
            size = last - first
            row = np.repeat(np.arange(size), np.diff(left.indptr[first : last + 1]))
            shared, seat = np.unique(column[column >= start], return_inverse=True)
            at = column - first
            at[column >= start] = size + seat
            parts.append(_Part(slice(first, last), entries, shared - start))
            places.append(row * (size + len(shared)) + at)
        return cls(left.indptr, left.indices, parts, np.concatenate(places))

    def fits(self, left: sparse.csr_array) -> bool:
        """Whether another system has the same pattern."""
        return np.array_equal(left.indptr, self.indptr) and np.array_equal(left.indices, self.indices)


@dataclass(frozen=True)
class _Block:
    """One block of a factor: its own triangle, and its rows of what couples it with the ``shared`` unknowns."""

    at: slice
    triangle: Floats
    shared: Integers
    coupling: Floats


class NestedCholesky:
    """The Cholesky factor L of a symmetric positive definite system A = L Lᵀ.

    Parameters
    ----------
    system : A, its unknowns in the order of a nesting
    cuts : of the nesting
    plan : of a factor of another system with the same nesting: taken if it fits

    Attributes
    ----------
    plan : that of this system
    """

    def __init__(self, system: sparse.csr_array, cuts: Integers, plan: Plan | None = None) -> None:
        begin, start = int(cuts[0]), int(cuts[-1])
        self._begin, self._start = begin, start
        self._diagonal = system.diagonal()[:begin]
        self._coupling = system[:begin, begin:]
        scaled = sparse.diags_array(1.0 / self._diagonal) @ self._coupling
        left = (system[begin:, begin:] - self._coupling.T @ scaled).tocsr()
        self.plan = plan if plan is not None and plan.fits(left) else Plan.of(left, cuts - begin)
        corner = left[start - begin :, start - begin :].toarray()
        self._blocks = []
        for part in self.plan.parts:
            block = _block(part, left.data[part.entries], self.plan.place[part.entries])
            if len(block.shared):
                corner[block.shared[:, None], block.shared] -= block.coupling.T @ block.coupling
            self._blocks.append(block)
        self._corner = _triangle(corner)

    def solve(self, right: Floats) -> Floats:
        """Solve A x = right, of shape (unknowns,)."""
        z = right[:, None].copy()
        alone, rest, last = self._parts(z)
        rest -= self._coupling.T @ (alone / self._diagonal[:, None])
        alone /= np.sqrt(self._diagonal)[:, None]
        for block in self._blocks:
            rest[block.at] = _solve(block.triangle, rest[block.at])
            last[block.shared] -= block.coupling.T @ rest[block.at]
        last[:] = _solve(self._corner, last)
        return self.spread(z)[:, 0]

    def spread(self, z: Floats) -> Floats:
        """Solve Lᵀ x = z, of shape (unknowns, draws), in place: standard normal z become draws of N(0, A⁻¹)."""
        alone, rest, last = self._parts(z)
        last[:] = _solve(self._corner, last, transposed=True)
        for block in self._blocks:
            own = rest[block.at] - block.coupling @ last[block.shared]
            rest[block.at] = _solve(block.triangle, own, transposed=True)
        scale = np.sqrt(self._diagonal)[:, None]
        alone -= (self._coupling @ rest) / scale
        alone /= scale
        return z

    def _parts(self, z: Floats) -> tuple[Floats, Floats, Floats]:
        """Return views of the unknowns that are alone, of the rest, and of those of the rest that are shared."""
        return z[: self._begin], z[self._begin :], z[self._start :]


def _block(part: _Part, entries: Floats, place: Integers) -> _Block:
    """Factor a block, given its entries and their places."""
    size = part.at.stop - part.at.start
    dense = np.zeros(size * (size + len(part.shared)))
    dense[place] = entries
    dense = dense.reshape(size, size + len(part.shared))
    triangle = _triangle(dense[:, :size])
    return _Block(part.at, triangle, part.shared, _solve(triangle, dense[:, size:]))


def _triangle(system: Floats) -> Floats:
    """Return L of a dense system L Lᵀ; straight from LAPACK, for there are thousands of small ones."""
    triangle, fault = dpotrf(system, lower=1, clean=1) if system.size else (system, 0)
    if fault:
        raise np.linalg.LinAlgError("The system is not positive definite.")
    return np.asarray(triangle)


def _solve(triangle: Floats, right: Floats, *, transposed: bool = False) -> Floats:
    """Solve L x = right, or Lᵀ x = right, of shape (unknowns, any)."""
    # BLAS has columns together in memory where NumPy has rows: from its side it is xᵀ Lᵀ = rightᵀ
    return dtrsm(1.0, triangle, right.T, side=1, lower=1, trans_a=0 if transposed else 1).T if right.size else right


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
