"""Rake posteriors to known margins: multipliers by group that make their means exact while every row sums to one."""

import numpy as np

from turnout.errors import UsageError

_STEPS = 60
_EXACT = 1e-9


def rake(posterior: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """Return the posteriors, float64 (voters, groups), with the mean of each known group equal to its margin."""
    raked: np.ndarray = posterior * multipliers(posterior, margins)
    raked /= raked.sum(axis=1, keepdims=True)
    return raked


def multipliers(posterior: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """Return the factors by group, (groups,), that make the means of the posteriors equal to the margins.

    Finds λ with ``mean_i(p_ig λ_g / Σ_h p_ih λ_h) = m_g`` for the known groups and λ = 1 for the others, by Newton
    steps on log λ (Greengard & Gelman, arXiv 2304.09126, for the idea). ``margins``: (groups,), NaN where unknown. A
    margin of 0, or no mass left for the unknown groups, is taken as one in a million: no probability is ever 0.

    Raises
    ------
    UsageError
        If no multipliers do it: the margins contradict what the evidence leaves possible.
    """
    target = feasible(margins)
    known = np.flatnonzero(~np.isnan(target))
    if len(known) == 0:
        return np.ones(posterior.shape[1])
    pinned = known[:-1] if len(known) == posterior.shape[1] else known  # all known: the last follows from the others
    log_multiplier = np.zeros(posterior.shape[1])
    raked = posterior
    for _ in range(_STEPS):
        mean = raked.mean(axis=0)
        off = target[pinned] - mean[pinned]
        if np.abs(off).max() < _EXACT:
            return np.exp(log_multiplier)
        cross = np.einsum("ig,ih->gh", raked[:, pinned], raked[:, pinned]) / len(raked)
        slope = np.diag(mean[pinned]) - cross
        step = np.linalg.solve(slope + 1e-12 * np.eye(len(pinned)), off)
        log_multiplier[pinned] += np.clip(step, -2.0, 2.0)
        raked = posterior * np.exp(log_multiplier)
        raked /= raked.sum(axis=1, keepdims=True)
    if np.abs(target[pinned] - raked.mean(axis=0)[pinned]).max() < 1e-6:
        return np.exp(log_multiplier)
    raise UsageError(
        "ethnicity.margins: no estimate has these shares and fits the names in the file too. "
        "Check that the shares are of this electorate, or remove the smallest."
    )


def feasible(margins: np.ndarray) -> np.ndarray:
    """Give every group room: margins of at least one in a million, summing to one if all are known."""
    target = margins.astype(np.float64).copy()
    known = ~np.isnan(target)
    least = 1e-6
    target[known] = np.maximum(target[known], least)
    total = float(target[known].sum())
    if known.all():
        return np.asarray(target / total)
    room = 1.0 - least * int((~known).sum())
    if total > room:
        target[known] *= room / total
    return target
