"""Where it ends: support, shift, turnout and counted votes become final shares with intervals.

One engine, two ways in. Without a voter file each precinct is expected to vote at the polls as it voted early
(:mod:`~turnout.projection.carry`); with one, as the groups expected there divide (:mod:`~turnout.projection.groups`).
Everything after that is the same: turnout and shift at the polls are learned from what has reported anywhere on the
ballot (:mod:`~turnout.projection.polls`), and the final count is drawn (:mod:`~turnout.projection.engine`).
"""

from turnout.projection.baseline import Past
from turnout.projection.hierarchy import GaussianHierarchy
from turnout.projection.project import Projection, project
from turnout.projection.terms import HierarchySpec, Noise, Term

__all__ = ["GaussianHierarchy", "HierarchySpec", "Noise", "Past", "Projection", "Term", "project"]
