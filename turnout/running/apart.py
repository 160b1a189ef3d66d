"""What the intervals of a large ballot are made of, where the projection itself leaves that out for its cost.

The model is fitted once more, which costs about what the projection did, and each component drawn by itself, from
few draws: a standard deviation from a hundred is known to 7 per cent of itself.
"""

from typing import Final

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from turnout.contest import Contest
from turnout.electorate import Electorate
from turnout.projection import ballot as ballots
from turnout.projection import baseline as baselines
from turnout.projection import notes, summary
from turnout.projection.project import COMPONENTS, GROUP_COMPONENTS, fit
from turnout.workspace import Workspace

#: Draws of each component.
_DRAWS: Final = 100


def components(
    workspace: Workspace, contest: Contest, electorate: Electorate | None, past: pl.DataFrame | None
) -> pl.DataFrame:
    """Return ``contest, component, sd_share``: what each component alone does to the expected leader's final share.

    Parameters
    ----------
    workspace : with ``results`` filled, as it was projected from
    electorate, past : as :func:`turnout.projection.project` was given them

    Returns
    -------
    One row a contest and component, ``sd_share`` in share units; none where nothing is to come.
    """
    ballot = ballots.load(workspace)
    baseline = baselines.build(baselines.past_units(workspace) if past is None else past, ballot)
    if electorate is not None and not notes.covers(electorate, ballot):
        electorate = None
    if electorate is not None:
        ballot = ballot.expecting_late()
    names = COMPONENTS if electorate is None else (*GROUP_COMPONENTS, *COMPONENTS)
    rng = np.random.default_rng(contest.seed)
    rows: list[tuple[str, str, float]] = []
    if ballot.outstanding().any():
        with threadpool_limits(1):  # as in the projection: the order of additions decides the last digit
            model = fit(ballot, baseline, electorate, _DRAWS, rng)
            for name in names:
                spread = summary.leaders(ballot, model.draw(_DRAWS, rng, {name})).std(axis=1)
                rows += zip(ballot.contests, [name] * len(spread), spread.tolist(), strict=True)
    schema = {"contest": pl.String, "component": pl.String, "sd_share": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("contest", maintain_order=True)
