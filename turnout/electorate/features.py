"""Features of each voter just before an election, and what the voter did in it."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout import reuse
from turnout.electorate import habit
from turnout.electorate.comparable import GENERALS, season
from turnout.electorate.specification import Specification
from turnout.errors import UsageError
from turnout.workspace import Workspace

#: Ways of voting, in the order of every array over them; the codes of ``outcome`` in features.sql are 1, 2, 3 and 0.
WAYS = ("early", "poll", "late", "none")


@dataclass(frozen=True)
class Features:
    """Voters in order of voter_id, and their distinct feature rows in a fixed order.

    Attributes
    ----------
    voters : frame with voter_id, outcome (0 none, 1 early, 2 poll, 3 late), eligible, ballot (status, '' if none)
    row : (voters,) index of each voter's feature row
    rows : the distinct rows, columns as the specification lists its features
    elections : number of past elections behind them
    turnout : share of the eligible at which habits are expressed
    """

    voters: pl.DataFrame
    row: npt.NDArray[np.int64]
    rows: pl.DataFrame
    elections: int
    turnout: float


def build(
    workspace: Workspace,
    specification: Specification,
    target: dt.date,
    earlier: tuple[dt.date, ...],
    turnout: float | None = None,
) -> Features:
    """Describe every voter as of the day before ``target`` from the elections ``earlier``, latest first.

    ``turnout`` is the level habits are expressed at, which must be the same in training and in scoring; None for the
    share of the eligible who voted in ``target``. What the last run in the workspace built from the same voter file
    and vote history is taken over.
    """
    dates = earlier[: specification.training.window]
    rolls = reuse.standing(workspace.connection, ("voters", "vote_history"))
    if rolls is None:  # filled by hand
        return _built(workspace, specification, target, dates, turnout)
    key = reuse.key("features", rolls, specification.features, target, dates, turnout)
    unit = f"features_{key[:16]}"
    tables = (unit, f"{unit}_rows")
    if reuse.taken(workspace.connection, unit, key):
        return _kept(workspace, tables, len(dates), float(reuse.note(workspace.connection, unit)))
    with reuse.recorded(workspace.connection, unit, key, tables) as noted:
        made = _built(workspace, specification, target, dates, turnout)
        _keep(workspace, tables, made)
        noted.append(repr(made.turnout))
    return made


def _keep(workspace: Workspace, tables: tuple[str, str], made: Features) -> None:
    """Keep all but where ballots stand, which tomorrow's file says anew."""
    voters = made.voters.select("voter_id", "outcome", "eligible").with_columns(
        pl.Series("feature_row", made.row.astype(np.int32))
    )
    for name, frame in zip(tables, (voters, made.rows), strict=True):
        with workspace.registered("incoming", frame):
            workspace.connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM incoming")


def _kept(workspace: Workspace, tables: tuple[str, str], elections: int, turnout: float) -> Features:
    """Return what the last run built from the same rolls, with the ballots as they stand now."""
    frame: pl.DataFrame = workspace.connection.sql(
        f"SELECT f.*, coalesce(b.status, '') AS ballot FROM {tables[0]} f LEFT JOIN ballots b USING (voter_id)"  # noqa: S608
        " ORDER BY voter_id"
    ).pl()
    row = frame["feature_row"].to_numpy().astype(np.int64)
    return Features(frame.drop("feature_row"), row, workspace.table(tables[1]), elections, turnout)


def _built(
    workspace: Workspace,
    specification: Specification,
    target: dt.date,
    dates: tuple[dt.date, ...],
    turnout: float | None,
) -> Features:
    past = pl.DataFrame(
        {
            "rank": range(1, len(dates) + 1),
            "election_date": dates,
            "is_general": [season(date) in GENERALS for date in dates],
        },
        schema={"rank": pl.Int64, "election_date": pl.Date, "is_general": pl.Boolean},
    )
    with workspace.registered("past", past):
        voters = workspace.query("electorate/features", target=target)
    if turnout is None:
        eligible = voters.filter(pl.col("eligible"))
        turnout = float((eligible["outcome"] > 0).sum()) / max(len(eligible), 1)
    patterns = voters.group_by("pattern", "exposure", "votes", "mail_votes").agg(
        pl.len().alias("count"), pl.col("eligible").sum().alias("eligible")
    )
    patterns = _habits(patterns.sort("pattern", "exposure", "votes", "mail_votes"), len(dates), turnout)
    voters = voters.join(
        patterns, on=["pattern", "exposure", "votes", "mail_votes"], how="left", maintain_order="left"
    )
    names = list(specification.features)
    rows = voters.select(names).unique().sort(names).with_row_index("row")
    row = voters.select(names).join(rows, on=names, how="left", maintain_order="left")["row"]
    return Features(
        voters.select("voter_id", "outcome", "eligible", "ballot"),
        row.to_numpy().astype(np.int64),
        rows.drop("row"),
        len(dates),
        turnout,
    )


def _habits(patterns: pl.DataFrame, elections: int, turnout: float) -> pl.DataFrame:
    """Add ``habit`` and ``mail_habit`` to the distinct patterns of voting.

    The mail habit is the logit of the share of a voter's ballots cast by mail, shrunk to the file's share by two
    ballots' worth.
    """
    pattern, exposure, votes, by_mail, count, eligible = (
        patterns[name].to_numpy().astype(kind)
        for name, kind in (
            ("pattern", np.int64), ("exposure", np.int64), ("votes", float), ("mail_votes", float),
            ("count", float), ("eligible", float),
        )
    )  # fmt: skip
    if elections:
        fitted = habit.fit(pattern, exposure, count, elections)
        logit = fitted.logit(pattern, exposure, eligible, turnout)
    else:
        logit = np.zeros(len(pattern))
    cast = float(count @ votes)
    base = (float(count @ by_mail) + 1) / (cast + 2)
    share = (by_mail + 2 * base) / (votes + 2)
    mail = np.clip(np.round(np.log(share / (1 - share)) / habit.STEP) * habit.STEP, -5, 5)
    return patterns.drop("count", "eligible").with_columns(
        pl.Series("habit", logit + 0.0), pl.Series("mail_habit", mail + 0.0)
    )


def groups(workspace: Workspace) -> npt.NDArray[np.float32]:
    """Return the probabilities of the leaf groups, (voters, groups), in order of voter_id.

    Raises
    ------
    UsageError
        If a voter has no estimate.
    """
    frame = workspace.query("electorate/groups")
    missing = int(frame.select(pl.any_horizontal(pl.all().is_null()).sum()).item())
    if missing:
        raise UsageError(f"ethnicity: {missing:,} voters have no estimate. Run ethnicity.estimate on the file first.")
    return np.ascontiguousarray(frame.to_numpy(), dtype=np.float32)
