"""The tables ``propensity`` and ``cells``, written from open voters, their multipliers and the poll counts."""

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout.electorate import scoring
from turnout.electorate.situation import TOPIC, Situation
from turnout.electorate.specification import Totals
from turnout.electorate.totals import Total, update_by_counts
from turnout.workspace import Workspace

_COLUMNS = ("p_early_remaining", "p_poll", "p_late", "p_none")


def propensity(
    workspace: Workspace,
    people: scoring.Open,
    multipliers: scoring.Multipliers,
    standing: pl.DataFrame,
    probability: npt.NDArray[np.float32],
    begun: bool,
) -> None:
    """Fill ``propensity`` with every voter not counted. A pending ballot is counted early or late, or not at all."""
    row = standing["feature_row"].fill_null(-1).to_numpy()
    is_open = row >= 0
    chances = np.zeros((len(standing), 4))
    chances[is_open] = scoring.chances(people, multipliers, row[is_open], probability[is_open])
    waiting = standing["pending"].to_numpy()
    chances[~is_open, 2 if begun else 0] = waiting[~is_open]
    chances[~is_open, 3] = 1 - waiting[~is_open]
    frame = standing.select("voter_id").with_columns(
        pl.Series(name, chances[:, index].astype(np.float32)) for index, name in enumerate(_COLUMNS)
    )
    workspace.append("propensity", frame.filter(~standing["counted"]))


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


def keep_scored(
    workspace: Workspace,
    people: scoring.Open,
    multipliers: scoring.Multipliers,
    standing: pl.DataFrame,
    polls: pl.DataFrame,
    begun: bool,
) -> None:
    """Write what queries over expected voters read, by ``sql/electorate/scored.sql``.

    Rows below 0 are those of ballots already there: -1 for the counted, from -2 on for each chance of those pending.
    """
    names = ("early", "poll", "late", "none")
    scores = pl.DataFrame({name: people.q[:, index] for index, name in enumerate(names)}).with_columns(
        pl.Series("holds", people.holds), pl.int_range(pl.len(), dtype=pl.Int64).alias("feature_row")
    )
    waiting = standing.filter(pl.col("feature_row").is_null() & ~pl.col("counted"))
    pending = np.unique(waiting["pending"].to_numpy())
    settled = pl.DataFrame(
        {
            "feature_row": -np.arange(1, len(pending) + 2),
            "early": np.append(1.0, np.zeros(len(pending)) if begun else pending),
            "late": np.append(0.0, pending if begun else np.zeros(len(pending))),
        }
    )
    place = pl.col("pending").replace_strict(
        pending, -np.arange(2, len(pending) + 2), default=-1, return_dtype=pl.Int64
    )
    row = pl.when("counted").then(-1).otherwise(pl.coalesce("feature_row", place))
    with (
        workspace.registered("standing", standing.select("voter_id", row.alias("feature_row"))),
        workspace.registered("scores", scores),
        workspace.registered("tilts", multipliers.frame()),
        workspace.registered("settled", settled),
        workspace.registered("polls", polls),
    ):
        workspace.execute("electorate/scored")
