"""What the early count alone makes impossible of a group's support: the method of bounds.

In a unit of 100 voters of whom 60 are of a group, a candidate with 70 votes has at least 30 of the group's and at
most all 60. Over the units these add up to bounds on the group's support that rest on no model of how it votes.
O. D. Duncan and B. Davis, "An Alternative to Ecological Correlation", American Sociological Review 18 (1953).
"""

import numpy as np

from turnout.projection.ballot import Floats


def of_support(votes: Floats, voters: Floats) -> tuple[Floats, Floats]:
    """Return the least and the most share of each group that can have voted for each choice.

    Parameters
    ----------
    votes : (units, choices) votes counted
    voters : (units, groups) voters of each group among those who cast them, estimated; scaled to the votes

    Returns
    -------
    tuple of (groups, choices)
        NaN for a group that is nowhere.
    """
    cast = votes.sum(axis=1)
    known = voters.sum(axis=1)
    own = np.divide(voters * cast[:, None], known[:, None], out=np.zeros_like(voters), where=known[:, None] > 0)
    least = np.maximum(votes[:, None, :] - (cast[:, None] - own)[:, :, None], 0.0).sum(axis=0)
    most = np.minimum(votes[:, None, :], own[:, :, None]).sum(axis=0)
    size = own.sum(axis=0)[:, None]
    low, high = (np.divide(part, size, out=np.full_like(part, np.nan), where=size > 0) for part in (least, most))
    return low, high
