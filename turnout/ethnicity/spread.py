"""How far a count by group may be off: what the name tables do not know, and who each voter happens to be."""

import numpy as np

#: Sd of the log of a name's frequency in a group, of a district against the table. Judgement: names of common groups
#: in the Census of 2010 and 2020 differ by some 0.1; between districts, and between voters and residents, by more.
NAME_SD = 0.4
#: What the tables have wrong for all names of a group at once, and what is wrong with the model: sd of a share s is
#: this times sqrt(s (1 − s)). From the errors on synthetic electorates (models/ethnicity.md).
SHARED_SD = 0.02
#: Sd, as a part of itself, of the share of a group that rests on the prior of the United States because names hardly
#: tell it (:data:`turnout.ethnicity.composition.HELD`), of a district against the country. Judgement.
ASSUMED_SD = 0.4
#: Voters taken at a time, or few more: the working arrays stay in the processor's cache.
_BLOCK = 4096


def standard_errors(
    posterior: np.ndarray, surname: np.ndarray, first: np.ndarray, certainty: np.ndarray, assumed: np.ndarray
) -> np.ndarray:
    """Return the standard error of the expected voters of each group among some voters: (groups,), in voters.

    With q the posteriors, the expected count of group h moves by ``Σ_i q_ih (1{g = h} − q_ig)`` over a name's bearers
    for each unit by which the log of its frequency in group g is off; names are off independently. To it comes the
    variance of who the voters are, ``Σ q (1 − q)``. Both are divided by the squared certainty Σq²/Σq: the part of the
    information that EM does not have makes it follow its own errors (the missing information principle). The error
    all names share is added, and for groups whose share is assumed, what that may be off by: of them, and of the
    groups that share their names.

    Parameters
    ----------
    posterior : (voters, groups) of the voters counted
    surname, first : their rows in the name tables, below 0 for none
    certainty : (groups,) of the whole file
    assumed : bool (groups,), whose share of the file rests on the prior
    """
    chance, together = np.zeros(posterior.shape[1]), np.zeros((posterior.shape[1], posterior.shape[1]))
    count = np.zeros(posterior.shape[1])
    for begin in range(0, len(posterior), _BLOCK):
        q = posterior[begin : begin + _BLOCK].astype(np.float64)
        chance += (q * (1 - q)).sum(axis=0)
        together += q.T @ q
        count += q.sum(axis=0)
    names = _moved(posterior, surname) + _moved(posterior, first)
    total = max(float(count.sum()), 1e-12)
    share = count / total
    shared = SHARED_SD**2 * share * (1 - share) * total**2
    variance: np.ndarray = (chance + NAME_SD**2 * names) / np.maximum(certainty, 0.3) ** 2 + shared
    error: np.ndarray = np.sqrt(variance + _assumed(count, together, assumed))
    return error


def _assumed(count: np.ndarray, together: np.ndarray, assumed: np.ndarray) -> np.ndarray:
    """Variance by group, (groups,), from the shares that are assumed: more of one is less of those with its names.

    ``count``: Σq by group; ``together``: Σqq' (groups, groups).
    """
    found = np.zeros(len(count))
    for h in np.flatnonzero(assumed):
        off = ASSUMED_SD * float(count[h])
        elsewhere = np.delete(together[h], h)
        part = np.insert(elsewhere / max(float(elsewhere.sum()), 1e-12), h, 1.0)
        found += (off * part) ** 2
    return found


def _moved(posterior: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Sum over names and groups g of the squared movement of each group's count: (groups,)."""
    listed = np.flatnonzero(rows >= 0)
    order = listed[np.argsort(rows[listed], kind="stable")]
    starts = np.flatnonzero(np.diff(rows[order], prepend=-1))
    found = np.zeros(posterior.shape[1])
    for names in np.split(starts, np.flatnonzero(np.diff(starts // _BLOCK)) + 1):
        if len(names) == 0:
            continue
        following = np.searchsorted(starts, names[-1], side="right")
        end = int(starts[following]) if following < len(starts) else len(order)
        q = posterior[order[names[0] : end]].astype(np.float64)
        for h in range(q.shape[1]):
            moved = -np.add.reduceat(q * q[:, h : h + 1], names - names[0], axis=0)
            moved[:, h] += np.add.reduceat(q[:, h], names - names[0])
            found[h] += np.einsum("ng,ng->", moved, moved)
    return found
