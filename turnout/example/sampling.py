"""Small numerical tools of the generator: weighted draws by row, smooth fields, calibrated chances."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
#: Largest factor by which odds are scaled: beyond any that a total can ask for that can be met.
_MOST = 1e100


class Lottery:
    """Draws a column for each of many rows of a weight matrix, by one search of its flattened cumulative.

    ``weights``: shape (rows, columns), non-negative, every row with a positive sum.
    """

    def __init__(self, weights: Floats) -> None:
        self._columns = weights.shape[1]
        cumulative = np.cumsum(weights, axis=1)
        cumulative /= cumulative[:, -1:]
        self._edges = (cumulative + np.arange(len(weights))[:, None]).ravel()

    def draw(self, rng: np.random.Generator, rows: npt.NDArray[np.integer]) -> Ints:
        """Return a column for every entry of ``rows``, each drawn with its row's weights."""
        found = np.searchsorted(self._edges, rows + rng.random(len(rows)), side="right")
        column: Ints = np.clip(found - rows * self._columns, 0, self._columns - 1)
        return column


def smooth_field(rng: np.random.Generator, xy: Floats, sd: float, count: int = 1, scale: float = 0.25) -> Floats:
    """Random functions of place with mean 0 and standard deviation ``sd``, by 40 random Fourier features each.

    ``xy``: (places, 2) in the unit square; ``scale``: correlation length (Rahimi & Recht 2007, Gaussian kernel).
    Returns (places, count).
    """
    features = 40
    fields = np.empty((len(xy), count))
    for column in range(count):
        frequency = rng.normal(0, 1 / scale, (features, 2))
        phase = rng.uniform(0, 2 * np.pi, features)
        waves = np.cos(xy[:, :1] * frequency[:, 0] + xy[:, 1:] * frequency[:, 1] + phase)
        fields[:, column] = sd * np.sqrt(2 / features) * (waves * rng.normal(size=features)).sum(axis=1)
    return fields


def raked(table: Floats, rows: Floats, columns: Floats, rounds: int = 60) -> Floats:
    """Scale a positive table to given row and column sums (iterative proportional fitting)."""
    fitted = table.copy()
    for _ in range(rounds):
        fitted *= (rows / fitted.sum(axis=1))[:, None]
        fitted *= columns / fitted.sum(axis=0)
    return fitted


def logistic(x: Floats) -> Floats:
    """Inverse logit."""
    return 1 / (1 + np.exp(-x))


def with_total(utility: Floats, total: float) -> Floats:
    """Chances ``logistic(utility + a)`` with ``a`` such that they sum to ``total``; Newton, from the mean."""
    intercept = np.log(total / (len(utility) - total)) - float(utility.mean())
    chance = logistic(utility + intercept)
    for _ in range(8):
        step = (total - chance.sum()) / max(float((chance * (1 - chance)).sum()), 1e-9)
        intercept += float(np.clip(step, -2, 2))
        chance = logistic(utility + intercept)
        if abs(step) < 1e-4:
            break
    return chance


def draw_with_totals(
    rng: np.random.Generator, utilities: Sequence[Floats], group: Ints, totals: Floats, rounds: int = 40
) -> Ints:
    """Draw one of several ways of voting, or none, for every person: a logit with intercepts by group and way.

    Parameters
    ----------
    utilities : one array (people,) a way; ``-inf`` where that way is closed to a person. Not voting has utility 0.
    group : (people,) index of each person's group
    totals : (groups, ways) expected number choosing each way; the intercepts are solved for it by scaling

    Returns
    -------
    (people,) index of the way, or -1 for none. Where a group is too few for its total, all that can choose do.
    """
    groups, ways = totals.shape
    weight = [np.exp(utility) for utility in utilities]
    scale = np.column_stack([totals[:, way] / _sums(weight[way], group, groups) for way in range(ways)])
    for _ in range(rounds):
        share = [weight[way] * scale[group, way] for way in range(ways)]
        none = 1 / (1 + np.sum(share, axis=0))
        got = np.column_stack([_sums(part * none, group, groups) for part in share])
        scale = np.minimum(scale * (totals / got), _MOST)
        if np.max(np.abs(got / totals - 1)) < 2e-3:
            break
    point = rng.random(len(group))
    chosen = np.full(len(group), -1, dtype=np.int64)
    reached = np.zeros(len(group))
    for way in range(ways):
        before, reached = reached, reached + share[way] * none
        chosen[(point >= before) & (point < reached)] = way
    return chosen


def _sums(values: Floats, group: Ints, groups: int) -> Floats:
    return np.maximum(np.bincount(group, weights=values, minlength=groups), 1e-12)
