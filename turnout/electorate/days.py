"""The days before the election: ballots accepted by day, what each run expected, and what is still to come.

A day is compared with the day as long before a past election: the table this module makes of one contest, written by
``turnout cohorts --output``, is what ``[propensity] past_days`` of another names.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout.contest import Contest
from turnout.electorate import situation
from turnout.electorate.model import Electorate
from turnout.electorate.specification import Totals
from turnout.errors import InputRefused
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
_PREFIX: Final = "outlook-"
#: The table of days; ``group`` is '' for everyone.
SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "day": pl.Date,
    "days_to_go": pl.Int64,
    "group": pl.String,
    "accepted": pl.Float64,
    "share": pl.Float64,
    "index": pl.Float64,
    "index_past": pl.Float64,
    "early": pl.Float64,
    "lo90": pl.Float64,
    "hi90": pl.Float64,
    "poll": pl.Float64,
    "late": pl.Float64,
    "forecast": pl.Float64,
}
#: Ballots dated later than so many days after the election are put there: such dates are mistaken.
_AFTER: Final = 60
#: A table of days that ends longer before its election does not say how many early ballots came in the end.
_LAST_DAYS: Final = 3
#: Days before the election from which on ballots to come are forecast.
_AHEAD: Final = 60


@dataclass(frozen=True)
class Curve:
    """The share of the early ballots in by the number of days to go.

    Attributes
    ----------
    days : (n,) days to go, ascending
    arrived : (n,) share of the early ballots that were in by then, not increasing with the days to go
    source : what it was learned from, for a sentence
    """

    days: Floats
    arrived: Floats
    source: str

    @classmethod
    def halving(cls, half_life: float) -> "Curve":
        """Return the curve on which half of the ballots are in ``half_life`` days before the last, and so on back."""
        days = np.arange(0, 61, dtype=float)
        return cls(days, 2 ** (-days / half_life), "an assumed curve ([propensity] past_days names a real one)")

    @classmethod
    def of(cls, past: pl.DataFrame, source: str) -> "Curve":
        """Learn the curve of a past election from its table of days.

        Raises
        ------
        InputRefused
            If the table ends too long before that election to tell how many came in the end.
        """
        own = past.filter((pl.col("group") == "") & pl.col("accepted").is_not_null()).sort("days_to_go")
        if own.is_empty() or own["days_to_go"][0] > _LAST_DAYS or own["accepted"][0] <= 0:
            end = "holds no ballots" if own.is_empty() else f"ends {own['days_to_go'][0]} days before the election"
            raise InputRefused(
                f"{source}: {end}, so what share of the early ballots was in by a day is not known. Make it with "
                "`turnout cohorts --output` from the ballots of that election as they stood in the end."
            )
        arrived = (own["accepted"] / own["accepted"][0]).to_numpy()
        return cls(own["days_to_go"].to_numpy().astype(float), arrived, source)

    def at(self, days: float) -> float:
        """Share in by ``days`` to go; 1 once the first count is out, and at least 1 %."""
        return 1.0 if days <= 0 else float(np.clip(np.interp(days, self.days, self.arrived), 0.01, 1.0))


def curve(contest: Contest, totals: Totals) -> Curve:
    """Return the daily curve of returns: that of the past election the contest names, else the specification's.

    Raises
    ------
    InputRefused
        If the table of days named cannot be used.
    """
    path = contest.propensity.past_days
    return Curve.halving(totals.return_half_life) if path is None else Curve.of(read_past(path), path.name)


def read_past(path: Path) -> pl.DataFrame:
    """Read a table of days of another election.

    Raises
    ------
    InputRefused
        If it is not one.
    """
    try:
        found = pl.read_csv(path, schema_overrides={**SCHEMA, "group": pl.String}, try_parse_dates=True)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputRefused(
            f"{path}: cannot be read as a table of days ({type(error).__name__}). {_MADE_BY}"
        ) from None
    if missing := [name for name in ("days_to_go", "group", "accepted") if name not in found.columns]:
        raise InputRefused(f"{path}: has no column {missing[0]}. {_MADE_BY}")
    return found.with_columns(pl.col("group").fill_null(""))


_MADE_BY = "`turnout cohorts --output DIR` writes one, cohort-days.csv."


def latest(workspace: Workspace) -> dt.date | None:
    """Return the day the ballots stand at: that of the latest event; None where no ballot has a date."""
    day: dt.date | None = situation.returned(workspace)["latest"]
    return day


def keep_latest(workspace: Workspace, electorate: Electorate) -> None:
    """Keep what is expected as of the day the ballots stand at, where they have dates."""
    if (day := latest(workspace)) is not None:
        keep(workspace, electorate, day)


def keep(workspace: Workspace, electorate: Electorate, as_of: dt.date) -> None:
    """Keep what is expected as of a day, by group, for the trend of later runs."""
    expected = electorate.expected()
    totals = electorate.totals()
    frame = pl.DataFrame(
        {
            "group": ["", *GROUPS],
            "early": [totals["early"]["expected"], *expected[:, 1]],
            "lo90": [totals["early"]["lo90"], *[None] * len(GROUPS)],
            "hi90": [totals["early"]["hi90"], *[None] * len(GROUPS)],
            "poll": [totals["poll"]["expected"], *expected[:, 2]],
            "late": [totals["late"]["expected"], *expected[:, 3]],
        },
        schema_overrides={"lo90": pl.Float64, "hi90": pl.Float64},
    )
    with workspace.registered("outlook", frame):
        workspace.keep("outlook", f"{_PREFIX}{as_of}")


def table(
    workspace: Workspace, electorate: Electorate, as_of: dt.date | None, curve: Curve, past: pl.DataFrame | None
) -> pl.DataFrame:
    """Tabulate the days: columns as SCHEMA, a row a day and group, and one for everyone (group '').

    ``accepted`` counts the ballots accepted by the day, as they stand now; ``share`` and ``index`` are the group's of
    these, against registration; ``index_past`` is its share over that as many days before the past election.
    ``early`` (with ``lo90, hi90``), ``poll`` and ``late`` are what the run as of that day expected in the end, null
    where none was kept. Days to come up to the first count have ``forecast``, ballots expected to be in by then.
    """
    accepted = workspace.query("electorate/accepted_by_day")
    if as_of is None or accepted.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    dated = [day for day in accepted["day"].to_list() if day is not None]
    first: dt.date = min(dated, default=as_of)
    last = electorate.date + dt.timedelta(days=_AFTER)
    accepted = accepted.with_columns(pl.col("day").fill_null(first).clip(upper_bound=last))
    as_of, first = min(as_of, last), min(first, last)
    days = pl.DataFrame({"day": pl.date_range(first, max(as_of, first), eager=True)})
    groups = pl.DataFrame({"group": list(GROUPS)}).with_row_index("order", 1)
    by_group = (
        days.join(groups, how="cross")
        .join(accepted.rename({"group_name": "group"}).group_by("day", "group").agg(pl.col("accepted").sum()),
              on=["day", "group"], how="left")
        .sort("day", "order")
        .with_columns(pl.col("accepted").fill_null(0.0).cum_sum().over("group"))
    )  # fmt: skip
    everyone = by_group.group_by("day", maintain_order=True).agg(pl.col("accepted").sum())
    everyone = everyone.with_columns(pl.lit("").alias("group"), pl.lit(0, dtype=pl.UInt32).alias("order"))
    registered = electorate.expected()[:, 0]
    base = pl.DataFrame({"group": ["", *GROUPS], "base": [1.0, *(registered / max(registered.sum(), 1e-12))]})
    rows = pl.concat([by_group, everyone.select(by_group.columns)]).join(base, on="group")
    total = pl.col("accepted").filter(pl.col("group") == "").first().over("day")
    share = pl.when(total > 0).then(pl.col("accepted") / total)
    rows = rows.with_columns(share.alias("share")).with_columns(
        pl.when(pl.col("base") > 0).then(pl.col("share") / pl.col("base")).alias("index")
    )
    rows = rows.join(_kept(workspace), on=["day", "group"], how="left")
    rows = pl.concat([rows, _to_come(electorate, as_of, curve)], how="diagonal")
    rows = rows.with_columns((pl.lit(electorate.date) - pl.col("day")).dt.total_days().alias("days_to_go"))
    return _against(rows, past).sort("day", "order").select(pl.col(n).cast(kind) for n, kind in SCHEMA.items())


def _kept(workspace: Workspace) -> pl.DataFrame:
    """Return what runs of this workspace expected, by the day they were as of."""
    frames = [
        pl.read_parquet(path).with_columns(
            pl.lit(dt.date.fromisoformat(path.stem.removeprefix(_PREFIX))).alias("day")
        )
        for path in workspace.kept(f"{_PREFIX}*")
    ]
    names = ("day", "group", "early", "lo90", "hi90", "poll", "late")
    return pl.concat(frames) if frames else pl.DataFrame(schema={name: SCHEMA[name] for name in names})


def _to_come(electorate: Electorate, as_of: dt.date, curve: Curve) -> pl.DataFrame:
    """Ballots expected to be in by each day from ``as_of`` to the day before the election, by group."""
    schema = {"day": pl.Date, "order": pl.UInt32, "group": pl.String, "forecast": pl.Float64}
    if electorate.days <= 0 or as_of >= electorate.date:
        return pl.DataFrame(schema=schema)
    now = electorate.accepted
    final = electorate.expected()[:, 1]
    start = curve.at(electorate.days)
    frames = []
    until = (electorate.date - as_of).days
    for ahead in range(max(1, until - _AHEAD), until):
        done = (curve.at(electorate.days - ahead) - start) / (1 - start) if start < 1 else 1.0
        by_group = now + (final - now) * done
        frames.append(
            pl.DataFrame(
                {
                    "day": [as_of + dt.timedelta(days=ahead)] * (len(GROUPS) + 1),
                    "order": range(len(GROUPS) + 1),
                    "group": ["", *GROUPS],
                    "forecast": [float(by_group.sum()), *by_group],
                },
                schema=schema,
            )
        )
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def _against(rows: pl.DataFrame, past: pl.DataFrame | None) -> pl.DataFrame:
    """Add ``index_past``: a group's share of the accepted over its share as many days before the past election."""
    if past is None:
        return rows.with_columns(pl.lit(None, dtype=pl.Float64).alias("index_past"))
    then = past.filter(pl.col("accepted").is_not_null()).select(
        "days_to_go", "group", pl.col("accepted").alias("then")
    )
    whole = then.filter(pl.col("group") == "").select("days_to_go", pl.col("then").alias("whole"))
    then = then.join(whole, on="days_to_go").with_columns(pl.col("then") / pl.col("whole"))
    joined = rows.join(then.select("days_to_go", "group", "then"), on=["days_to_go", "group"], how="left")
    ratio = pl.when(pl.col("then") > 0).then(pl.col("share") / pl.col("then"))
    return joined.with_columns(ratio.alias("index_past"))
