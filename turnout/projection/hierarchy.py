"""A Gaussian hierarchy: a sum of effects, each shared by a level of a ballot and each with its own prior.

Both things that must be learned while the polls report, how many people vote there and how differently they vote
from the early voters, are such sums: an effect of the whole ballot, of the contest, of the county, of the precinct.
What has reported anywhere then informs every place that shares a level with it.
"""

from collections.abc import Collection
from typing import Any, Final, NamedTuple, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from turnout.projection import mirrored
from turnout.projection.mirrored import Draws
from turnout.projection.nested import NestedCholesky, Nesting
from turnout.projection.terms import HierarchySpec, Numbered, beside, block_of, loading_of

Floats = NDArray[np.float64]
#: Effects × draws that are drawn at once, which bounds the memory it takes.
_AT_ONCE: Final = 4_000_000

#: Sd to which a balanced effect's group mean is held at nought.
_BALANCED: Final = 0.01

#: Sds beyond which a shared effect or a row counts for less, so that a county with a wrong figure moves no other …
_NEAR: Final = 2.5
#: … found by as many reweighted fits at most, if any lies further out than so many sds.
_REWEIGHTINGS: Final = 4
_OUTLYING: Final = 4.0

#: An effect that moves an outcome of several rows by less than this part of what another moves it by is not learned
#: from it, but left to its variance: so a county's figure does not couple each of its precincts with every other.
_HARDLY: Final = 0.1

#: The component that what is left of a row's uncertainty is reported under.
NOISE: Final = "precinct noise"


class Blended(NamedTuple):
    """Outcomes that are observed of several rows together, as a county's votes are of its precincts.

    ``weights``: (outcomes, rows) by how much each row's own outcome moves them; ``y`` and ``variance``: (outcomes,)
    what is observed, and its variance but for the rows' noise.
    """

    weights: sparse.csr_array
    y: Floats
    variance: Floats


class Moment(NamedTuple):
    """What a fit says of one term: how many effects' worth, their mean, and their mean square about the prior's mean.

    An effect of which the rows say nothing counts 0, one that they settle 1 (MacKay 1992, Neural Computation 4:415).
    """

    told: float
    mean: float
    square: float


class GaussianHierarchy:
    """Bayesian linear regression on shared effects with known prior variances.

    For row *i*, ``y_i = Σ_t x_it · θ_t[level of i] + ε_i`` with ``θ_t ~ N(mean_t, sd_t²)`` and
    ``ε_i ~ N(0, variance_i + noise_i²)``, where ``variance_i`` is the sampling variance the caller states. The
    posterior of all θ is Gaussian; its precision is factored county by county (:mod:`turnout.projection.nested`), and
    draws come from the factor, so tens of thousands of effects cost a fraction of a second and no chain has to mix.
    Counties are told by a column ``county``; without one the system is solved as that of one county. It keeps
    scikit-learn's manners, so that ``clone`` copies it, without its base class: that takes longer to import than most
    projections take to fit.

    Parameters
    ----------
    spec : the terms and their priors
    """

    def __init__(self, spec: HierarchySpec) -> None:
        self.spec = spec

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's signature
        """Return the parameters, by name."""
        return {"spec": self.spec}

    def set_params(self, *, spec: HierarchySpec) -> Self:
        """Set the parameters."""
        self.spec = spec
        return self

    def fit(
        self,
        X: pl.DataFrame,
        y: Floats,
        variance: Floats,
        observed: NDArray[np.bool_],
        blended: Blended | None = None,
    ) -> Self:
        """Condition the effects on the observed rows.

        Parameters
        ----------
        X : one row an observation or a place to predict; holds every column the terms name
        y : (rows,) outcome, read only where ``observed``
        variance : (rows,) sampling variance of ``y``
        observed : (rows,) which rows have reported
        blended : outcomes of several rows together, each of rows of one county
        """
        numbered = Numbered(X)
        blocks = [block_of(numbered, term) for term in self.spec.term]
        self.levels_ = [len(block.mean) for block in blocks]
        self._own_levels = [block.levels for block in blocks]
        self.design_ = beside(blocks, X.height)
        self._drawn_design = self.design_.astype(np.float32)
        balance = sparse.block_diag([block.balance for block in blocks], format="csr")
        parts = [noise.sd * loading_of(X, noise.loading) for noise in self.spec.noise]
        self.noise_sd_: Floats = np.sqrt(np.sum(np.square(parts), axis=0))
        self.precision_ = np.concatenate([block.precision for block in blocks])
        self.prior_mean_ = np.concatenate([block.mean for block in blocks])
        rows, y, variance = self.design_[observed], y[observed], variance[observed] + self.noise_sd_[observed] ** 2
        if blended is not None:
            moves, of_several, uncertain = self._moved(blended)
            rows = sparse.vstack([rows, moves])
            y, variance = np.concatenate([y, of_several]), np.concatenate([variance, uncertain])
        seen = sparse.vstack([rows, balance], format="csr")
        nesting = Nesting.of((abs(seen.T) @ abs(seen)).tocsr(), self._of_several_places(numbered))
        weight = np.concatenate([1.0 / variance, np.full(balance.shape[0], _BALANCED**-2)])
        is_row = np.arange(len(weight)) < len(y)
        self._condition(seen, np.concatenate([y, np.zeros(balance.shape[0])]), weight, is_row, nesting)
        return self

    def _moved(self, blended: Blended) -> tuple[sparse.csr_array, Floats, Floats]:
        """Return by how much effects move outcomes of several rows, the outcomes, and their variance.

        Effects that hardly move one are taken at their prior (see :data:`_HARDLY`). The rows' noise does not average
        out: counties stray from what their precincts lead to expect about as far as precincts do.
        """
        moves = (blended.weights @ self.design_).tocsr()
        most = abs(moves).max(axis=1).toarray().ravel()
        hardly = np.abs(moves.data) < np.repeat(_HARDLY * most, np.diff(moves.indptr))
        little, much = (
            sparse.csr_array((moves.data * part, moves.indices, moves.indptr), shape=moves.shape)
            for part in (hardly, ~hardly)
        )
        much.eliminate_zeros()
        variance = little.power(2) @ (1.0 / self.precision_) + blended.weights @ self.noise_sd_**2
        return much, blended.y - little @ self.prior_mean_, blended.variance + variance

    def _condition(
        self, seen: sparse.csr_array, y: Floats, certainty: Floats, is_row: NDArray[np.bool_], nesting: Nesting
    ) -> None:
        """Solve for the effects, and again with less weight on what lies far out, so long as anything does."""
        self._order = nesting.order
        ordered = seen[:, nesting.order]
        across = ordered.T.tocsr()
        shared = np.repeat([bool(term.by) for term in self.spec.term], self.levels_)
        prior, weight, plan = self.precision_, certainty, None
        for _ in range(_REWEIGHTINGS + 1):
            system = (across @ (sparse.diags_array(weight) @ ordered)).tocsr()
            system += sparse.diags_array(self.precision_[self._order])
            self._factor = NestedCholesky(system, nesting.cuts, plan)
            plan = self._factor.plan  # only weights change from fit to fit
            right = across @ (weight * y) + (self.precision_ * self.prior_mean_)[self._order]
            self.mean_: Floats = np.empty(len(right))
            self.mean_[self._order] = self._factor.solve(right)
            effect_excess = np.where(shared, prior * (self.mean_ - self.prior_mean_) ** 2, 0.0)
            row_excess = np.where(is_row, certainty * (y - seen @ self.mean_) ** 2, 0.0)
            if max(effect_excess.max(initial=0.0), row_excess.max(initial=0.0)) < _OUTLYING**2:
                break
            self.precision_ = prior * _tail_weight(effect_excess)
            weight = certainty * _tail_weight(row_excess)

    def _of_several_places(self, numbered: Numbered) -> NDArray[np.bool_]:
        """Return which effects are shared between counties, or all but by rows of one county alone."""
        design = self.design_.tocsc()
        county = numbered.codes(("county",) if "county" in numbered.table.columns else ())[design.indices]
        used = np.flatnonzero(np.diff(design.indptr))
        first, last = (each.reduceat(county, design.indptr[used]) for each in (np.minimum, np.maximum))
        several = np.zeros(design.shape[1], dtype=np.bool_)
        several[used] = first != last
        return several

    def predict(self) -> Floats:
        """Posterior mean of every row of the table given to ``fit``: shape (rows,)."""
        expected: Floats = self.design_ @ self.mean_
        return expected

    def moments(self, draws: int, rng: np.random.Generator) -> "dict[str, Moment]":
        """Return what the fit says of each term, the variance of its effects being taken from ``draws``."""
        variance = self.draw_effects(draws, rng).var(axis=1)
        result, start = {}, 0
        for term, levels, own in zip(self.spec.term, self.levels_, self._own_levels, strict=True):
            at = slice(start, start + own)
            start += levels
            told = np.clip(1.0 - variance[at] * self.precision_[at], 0.0, 1.0)
            square = (self.mean_[at] - term.mean) ** 2 * self.precision_[at] * term.sd**2
            if told.sum() > 0:
                mean = float(np.average(self.mean_[at], weights=told))
                result[term.name] = Moment(float(told.sum()), mean, float(square.sum() / told.sum()))
        return result

    def noise_moments(
        self, X: pl.DataFrame, y: Floats, variance: Floats, observed: NDArray[np.bool_]
    ) -> tuple[tuple[int, float], ...]:
        """Return rows and mean square of each noise, for a loading of 1, given the fit.

        A row tells of a noise by that noise's part in what may move it.
        """
        residual = y - self.predict()
        result = []
        for noise in self.spec.noise:
            loading = np.abs(loading_of(X, noise.loading))
            own = (noise.sd * loading) ** 2
            total = variance + self.noise_sd_**2
            share = own / total
            # within four sds: a wrong figure is no noise
            at = np.flatnonzero(observed & (own > 0) & (residual**2 < _OUTLYING**2 * total))
            square = ((share[at] * residual[at]) ** 2 + share[at] * (total - own)[at]) / loading[at] ** 2
            result.append((len(at), float(np.average(square, weights=share[at])) if len(at) else 0.0))
        return tuple(result)

    def draw_effects(self, draws: int, rng: np.random.Generator, components: Collection[str] | None = None) -> Draws:
        """Draws of all effects, shape (effects, draws); those of other ``components`` are held at their mean.

        Where nothing here varies, noise included, all draws are one: shape (effects, 1).
        """
        count = len(self.mean_)
        varies = np.ones(count, dtype=np.bool_)
        if components is not None:
            varies = np.repeat([term.component in components for term in self.spec.term], self.levels_)[self._order]
            if not varies.any() and NOISE not in components:
                return self.mean_[:, None].astype(np.float32)
        effects = np.empty((count, draws), dtype=np.float32)
        at_once, half, mean = max(_AT_ONCE // max(count, 1), 1), mirrored.half(draws), self.mean_[self._order, None]
        for start in range(0, half, at_once):
            stop = min(start + at_once, half)
            deviation = self._factor.spread(rng.standard_normal((count, stop - start))) * varies[:, None]
            effects[self._order, start:stop] = mean + deviation
            opposite = slice(half + start, min(half + stop, draws))
            effects[self._order, opposite] = mean - deviation[:, : opposite.stop - opposite.start]
        return effects

    def shared_rows(self, rows: NDArray[np.int64], effects: Draws) -> Draws:
        """Draws of what some rows share with others, shape (rows given, draws): without their own noise."""
        return np.asarray(self._drawn_design[rows] @ effects.astype(np.float32, copy=False))

    def draw_rows(
        self,
        rows: NDArray[np.int64],
        effects: Draws,
        rng: np.random.Generator,
        components: Collection[str] | None = None,
    ) -> Draws:
        """Draws for some rows, shape (rows given, draws), with each row's own noise added."""
        value = self.shared_rows(rows, effects)
        if components is None or NOISE in components:
            mirrored.add_normal(rng, value, self.noise_sd_[rows, None].astype(np.float32))
        return value


def _tail_weight(excess: Floats) -> Floats:
    """Weight of an effect or row that lies √excess sds out: 1 up to ``_NEAR``, then as if that were its own sd."""
    return np.asarray(np.minimum(1.0, _NEAR**2 / np.maximum(excess, 1e-12)))
