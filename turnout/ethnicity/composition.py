"""Who lives in each precinct and how each group votes, learned from the file's own names by EM.

The model: a voter of precinct p is of group g with probability π_pg, votes in way y with probability θ_yg, and has
the name with probability ℓ_ig (surname × first name × other evidence). Then

    P(g | voter i) ∝ ℓ_ig · φ_pyg,      φ_pyg about π_pg θ_yg,

where π leans on the area (tract or ZIP), the area on the county and the county on the file (Dirichlet), and φ leans
on π θ, so that a precinct may vote in its own way. Where the user's geography says how places differ, a precinct
leans on its area's make-up times that. EM alternates the posteriors with the counts they imply. With one way of
voting it is BISG with the geography learned from the file; with several it is BIRDiE (McCartan et al., JASA 2025):
how a group votes is not assumed to be unrelated to the group given name and place, which is what makes plain sums of
probabilities wrong.

Names hardly tell two groups, native and other, from the groups they are mixtures of, so EM would use them to mend
what is wrong with the name tables: the file's shares of them are held near the prior. Even so the other, who have no
names of their own, wither in the posteriors; unless the user's margins say otherwise they are held up to their prior
share. For the same reason θ of a group leans on everyone's the more, the less sure the posteriors of its members are:
its counts are weighted by the square of ``Σp²/Σp``, their mean certainty.
"""

from dataclasses import dataclass, replace

import numpy as np

from turnout.ethnicity.specification import Fit
from turnout.vocabulary import GROUPS

#: Voters a pass over the likelihoods takes at a time: the working arrays stay in the processor's cache.
_CHUNK = 16_384
#: Added to every probability; ``sql/ethnicity/posterior.sql`` has the same.
LEAST = np.float32(1e-7)
#: Groups that names hardly tell, so that their shares are held near the prior.
HELD = np.isin(GROUPS, ("native", "other"))
_HELD_UP = np.isin(GROUPS, ("other",))
#: Voters at which a file's held groups stand half-way between what the names say and their prior share.
_HELD_FROM = 1000


@dataclass(frozen=True)
class Layout:
    """Voters sorted by cell, a cell being a precinct's voters of one status.

    Attributes
    ----------
    likelihood : float32 (voters, groups), P(name and evidence | group) up to a factor by row, sorted by cell
    starts : int64 (cells + 1,), where each cell's voters start
    precinct, status : int64 (cells,)
    area : int64 (precincts,), the tract or ZIP each precinct is in
    county : int64 (areas,), the county each area is in
    lean : (precincts, groups), how a precinct is known to differ from its area, a factor by group; None for not at
    all
    """

    likelihood: np.ndarray
    starts: np.ndarray
    precinct: np.ndarray
    status: np.ndarray
    area: np.ndarray
    county: np.ndarray
    lean: np.ndarray | None = None

    @property
    def voters(self) -> np.ndarray:
        """Voters by cell."""
        return np.diff(self.starts)

    def pooled(self, most: int) -> tuple["Layout", np.ndarray]:
        """Take at most ``most`` voters, evenly through the order, with all precincts made one; and which they are."""
        step = max(1, -(-len(self.likelihood) // most))
        chosen = np.arange(0, len(self.likelihood), step)
        status = np.repeat(self.status, self.voters)[chosen]
        order = np.argsort(status, kind="stable")
        kinds, first = np.unique(status[order], return_index=True)
        zeros, one = np.zeros(len(kinds), dtype=np.int64), np.zeros(1, dtype=np.int64)
        starts = np.append(first, len(chosen)).astype(np.int64)
        chosen = chosen[order]
        return Layout(self.likelihood[chosen], starts, zeros, kinds, one, one), chosen


@dataclass(frozen=True)
class Composition:
    """What was learned.

    Attributes
    ----------
    district : (groups,) make-up of the file
    precinct : (precincts, groups) make-up of each precinct
    status : (statuses, groups) P(status | group)
    cell : (cells, groups) weight of each group for a voter of the cell, up to a factor by cell
    iterations : how many passes it took
    certainty : (groups,) Σp²/Σp of the posteriors
    """

    district: np.ndarray
    precinct: np.ndarray
    status: np.ndarray
    cell: np.ndarray
    iterations: int
    certainty: np.ndarray


def learn(
    layout: Layout, prior: np.ndarray, fit: Fit, margins: np.ndarray | None = None, start: Composition | None = None
) -> Composition:
    """Fit the model by EM.

    Parameters
    ----------
    layout : the voters; at least one
    prior : (groups,) make-up to lean on, and to start from where there is no ``start``
    fit : strengths and limits
    margins : (groups,) known make-up of the file, NaN where unknown; the counts are scaled to it at every step
    start : what was learned of the district and of the ways of voting, from a sample
    """
    if start is None:
        statuses = int(layout.status.max()) + 1
        now = _start(layout, prior, _starting_status(layout, statuses, len(prior)))
    else:
        now = _start(layout, start.district, start.status)
    for step in range(1, fit.iterations + 1):
        counts, certainty = counts_by_cell(layout, now.cell)
        scaled = scaled_to_margins(counts, held(counts.sum(axis=0), prior, margins))
        after = _maximised(layout, scaled, certainty, prior, fit)
        moved = float(np.abs(after.district - now.district).max())
        now = replace(after, iterations=step, certainty=certainty)
        if moved < fit.tolerance:
            break
    return now


def alike(layout: Layout, prior: np.ndarray) -> Composition:
    """Return what is assumed when nothing is learned: everywhere the prior's make-up, everyone votes alike.

    Where it is known how places differ, their make-up is the prior's times that.
    """
    learned = _start(layout, prior, np.ones((int(layout.status.max()) + 1, len(prior))))
    if layout.lean is None:
        return learned
    precinct = prior * layout.lean
    precinct /= precinct.sum(axis=1, keepdims=True)
    return replace(learned, precinct=precinct, cell=precinct[layout.precinct])


def held(counts: np.ndarray, prior: np.ndarray, margins: np.ndarray | None) -> np.ndarray:
    """Margins of the file: those known, and for a group that names hardly tell the prior share, if it has less.

    ``counts``: (groups,) expected voters; of a few voters the names alone speak (:data:`_HELD_FROM`). The prior
    shares of the held groups take at most half of what is left over.
    """
    targets = np.full(len(prior), np.nan) if margins is None else margins.copy()
    total = max(float(counts.sum()), 1e-12)
    shares = counts / total
    low = _HELD_UP & np.isnan(targets) & (shares < prior)
    room = 1.0 - float(np.nansum(targets))
    wanted = float(prior[low].sum())
    if wanted > 0 and room > 0:
        full = prior[low] * min(1.0, 0.5 * room / wanted)
        targets[low] = np.maximum(shares[low], (full * total + shares[low] * _HELD_FROM) / (total + _HELD_FROM))
    return targets


def _starting_status(layout: Layout, statuses: int, groups: int) -> np.ndarray:
    """Everyone votes alike to begin with."""
    share = np.bincount(layout.status, weights=layout.voters, minlength=statuses) + 1.0
    return np.tile((share / share.sum())[:, None], (1, groups))


def _start(layout: Layout, district: np.ndarray, status: np.ndarray) -> Composition:
    cell = district * status[layout.status]
    return Composition(district, np.tile(district, (len(layout.area), 1)), status, cell, 0, np.ones(len(district)))


def counts_by_cell(layout: Layout, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """E-step: expected voters by cell and group, float64 (cells, groups), given each cell's weights.

    And the certainty by group, Σp²/Σp (groups,): 1 where every posterior is 0 or 1.
    """
    counts = np.zeros_like(weight, dtype=np.float64)
    squares = np.zeros(weight.shape[1])
    for first, last, rows in _chunks(layout):
        posterior = posteriors(layout.likelihood[rows], weight[first:last], _sizes(layout, first, last, rows))
        begins = np.maximum(layout.starts[first:last], rows.start) - rows.start
        counts[first:last] += np.add.reduceat(posterior, begins, axis=0)
        squares += np.einsum("ig,ig->g", posterior, posterior)
    return counts, squares / np.maximum(counts.sum(axis=0), 1e-12)


def posteriors(likelihood: np.ndarray, weight: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Posterior of consecutive voters: float32 (voters, groups); ``sizes`` voters have each row of ``weight``."""
    joint = likelihood * np.repeat(weight.astype(np.float32), sizes, axis=0)
    joint /= np.einsum("ig->i", joint)[:, None]
    return joint


def finished(likelihood: np.ndarray, weight: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Posteriors as they are written: float32 (voters, groups), none of them 0."""
    posterior = posteriors(likelihood, weight, sizes)
    posterior += LEAST
    return posterior


def _chunks(layout: Layout) -> list[tuple[int, int, slice]]:
    """Return consecutive (first cell, cell after the last, voters), some 16,000 voters each."""
    chunks = []
    total = int(layout.starts[-1])
    for begin in range(0, total, _CHUNK):
        end = min(begin + _CHUNK, total)
        first = int(np.searchsorted(layout.starts, begin, side="right")) - 1
        last = int(np.searchsorted(layout.starts, end, side="left"))
        chunks.append((first, last, slice(begin, end)))
    return chunks


def _sizes(layout: Layout, first: int, last: int, rows: slice) -> np.ndarray:
    """Voters of each cell that fall among ``rows``."""
    edges = np.clip(layout.starts[first : last + 1], rows.start, rows.stop)
    return np.diff(edges)


def _maximised(layout: Layout, counts: np.ndarray, certainty: np.ndarray, prior: np.ndarray, fit: Fit) -> Composition:
    """M-step: make-up and ways of voting that the counts imply, each leaning on the one above."""
    by_precinct = _summed(counts, layout.precinct, len(layout.area))
    by_area = _summed(by_precinct, layout.area, len(layout.county))
    by_county = _summed(by_area, layout.county, int(layout.county.max()) + 1)
    district = _held(
        _leaning(by_county.sum(axis=0)[None, :], prior, fit.district_strength)[0], prior, fit.held_weight
    )
    county = _leaning(by_county, district, fit.county_strength)
    area = _leaning(by_area, county[layout.county], fit.area_strength)
    above = area[layout.area]
    if layout.lean is not None:
        above = above * layout.lean
        above /= above.sum(axis=1, keepdims=True)
    precinct = _leaning(by_precinct, above, fit.precinct_strength)
    status = _status_by_group(_summed(counts, layout.status, int(layout.status.max()) + 1), certainty, fit)
    expected = precinct[layout.precinct] * status[layout.status]
    expected /= expected.sum(axis=1, keepdims=True)
    cell = _leaning(counts, expected, fit.cell_strength) if len(status) > 1 else expected
    return Composition(district, precinct, status, cell, 0, certainty)


def _status_by_group(by_status: np.ndarray, certainty: np.ndarray, fit: Fit) -> np.ndarray:
    """θ, P(status | group): (statuses, groups), leaning on everyone's."""
    everyone = by_status.sum(axis=1, keepdims=True) + 1e-3
    theta = by_status * certainty**2 + fit.status_strength * everyone / everyone.sum()
    shares: np.ndarray = theta / theta.sum(axis=0)
    return shares


def _held(shares: np.ndarray, prior: np.ndarray, weight: float) -> np.ndarray:
    """Move the shares of the held groups towards their prior; the others share what is left as they were."""
    moved = shares.copy()
    moved[HELD] = (shares[HELD] + weight * prior[HELD]) / (1 + weight)
    moved[~HELD] *= (1 - moved[HELD].sum()) / moved[~HELD].sum()
    return moved


def _leaning(counts: np.ndarray, towards: np.ndarray, strength: float) -> np.ndarray:
    """Shares by row of ``counts`` plus ``strength`` voters made up like ``towards``."""
    total = counts.sum(axis=1, keepdims=True) + strength
    shares: np.ndarray = (counts + strength * towards) / total
    return shares


def _summed(counts: np.ndarray, into: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros((size, counts.shape[1]))
    np.add.at(out, into, counts)
    return out


def scaled_to_margins(counts: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """Scale counts so that the file's make-up is the known one; unknown groups share what is left as they were."""
    total = counts.sum(axis=0)
    known = ~np.isnan(margins)
    if not known.any():
        return counts
    wanted = total.copy()
    wanted[known] = np.maximum(margins[known], 1e-6) * total.sum()
    if not known.all():
        rest = max(total.sum() - wanted[known].sum(), 1e-6 * total.sum())
        wanted[~known] = total[~known] * rest / total[~known].sum()
    scaled: np.ndarray = counts * (wanted / np.maximum(total, 1e-12))
    return scaled
