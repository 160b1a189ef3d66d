"""The chances of every row of scores, and ``cells``, written from open voters, their multipliers and poll counts."""

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout.electorate import scoring
from turnout.electorate.situation import TOPIC, Situation
from turnout.electorate.specification import Totals
from turnout.electorate.totals import Total, update_by_counts
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

_TRANCHES = ("early", "poll", "late")


def chances(
    workspace: Workspace,
    rows: npt.NDArray[np.int64],
    people: scoring.Open,
    multipliers: scoring.Multipliers,
    standing: scoring.Standing,
    begun: bool,
) -> None:
    """Write ``row_chances``, from which ``propensity`` follows (``sql/electorate/propensity.sql``), and sum voters.

    A pending ballot is counted early or, once returns are out, late, or not at all. ``rows``: number of each row of
    scores, in the order of ``standing``.
    """
    every = np.zeros((len(standing.counted), len(GROUPS), len(_TRANCHES)))
    every[standing.is_open] = scoring.chances(people, multipliers)
    every[standing.counted, :, 0] = 1.0
    every[:, :, 2 if begun else 0] += standing.pending[:, None]
    scores = pl.DataFrame(
        {
            "feature_row": rows.astype(np.int32),
            "counted": standing.counted,
            "is_early": (every[:, :, 0] > 0).any(axis=1),
            "is_later": (every[:, :, 1:] > 0).any(axis=(1, 2)),
            **{
                f"{tranche}_{group}": np.ascontiguousarray(every[:, column, index])
                for index, tranche in enumerate(_TRANCHES)
                for column, group in enumerate(GROUPS)
            },
        }
    )
    workspace.store("row_chances", scores)
    workspace.execute("electorate/celled_by_place")
    workspace.execute("electorate/tranche_sums")


def poll_counts(workspace: Workspace, now: Situation, total: Total, totals: Totals) -> tuple[pl.DataFrame, Total]:
    """Bring in poll votes already counted: a factor a precinct, and what is then known of the poll total.

    A precinct that has reported is put at its count, in ballots: votes over the share of the early ballots that hold
    a vote in the contest. The others take the factor :func:`update_by_counts` learns.

    Returns
    -------
    (county, precinct, factor, reported) for every precinct with open voters, and the total.
    """
    expected = workspace.query("electorate/expected_polls")
    filled = min(max(now.early_votes / now.accepted, 0.5), 1.0) if now.accepted and now.early_votes else 1.0
    joined = expected.join(now.polls, on=["county", "precinct"], how="left").sort("county", "precinct")
    joined = joined.with_columns(pl.when(pl.col("expected") > 0).then(pl.col("votes") / filled).alias("votes"))
    reported = joined.filter(pl.col("votes").is_not_null())
    if unmatched := len(now.polls) - len(reported):
        message = f"{unmatched} units with poll votes are no precinct of the voter file with voters left."
        workspace.note(TOPIC, message, severity="warning")
    factor, sd = update_by_counts(
        reported["expected"].to_numpy(),
        reported["votes"].to_numpy(),
        total.sd,
        (totals.precinct_sd, totals.reporting_sd),
    )
    own = pl.col("votes") / pl.col("expected")
    joined = joined.with_columns(pl.when(own.is_finite()).then(own).otherwise(factor).alias("factor"))
    product = joined["expected"] * joined["factor"]
    mean = float(product.sum())
    waiting = float(product.filter(joined["votes"].is_null()).sum()) / mean if mean else 0.0
    reported_there = pl.col("votes").is_not_null().alias("reported")
    return joined.select("county", "precinct", "factor", reported_there), Total(mean, sd * waiting)


def cells(workspace: Workspace, polls: pl.DataFrame) -> None:
    """Fill ``cells`` from what :func:`chances` wrote and the poll counts (county, precinct, factor, reported)."""
    with workspace.registered("polls", polls):
        workspace.execute("electorate/place_factors")
    workspace.execute("electorate/cells")
