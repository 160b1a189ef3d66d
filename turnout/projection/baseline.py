"""What past elections by vote mode say about each unit: its own ratio of poll to early votes, its own shift and lean.

The comparable election is the most recent one of the same kind (a November general, a spring primary, another) in
which at least three units in ten are found again; failing that, the most recent of any kind.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from turnout.projection import matching, modes
from turnout.projection.ballot import Ballot, Floats
from turnout.projection.matching import Matches
from turnout.projection.terms import HierarchySpec
from turnout.workspace import Workspace

#: Share of today's units that must be found in a past election before it is compared with.
MATCHED_SHARE: Final = 0.3
#: Date since which the parties' voters differ by how they vote: Democrats by mail (models/shift.md).
SORTED_SINCE: Final = "2020-06-01"
#: Votes added to both sides of a ratio, so that a handful of voters says little.
_STEADY: Final = 3.0
#: Early votes that a unit's poll votes lead to expect, of which none at all is no chance.
_EXPECTED: Final = 20.0


@dataclass(frozen=True)
class Baseline:
    """The comparable past election, unit by unit (arrays over the units of today's ballot).

    Attributes
    ----------
    date : of the past election; empty where there is none
    matched : (units,) whether the unit is found in it
    early, poll, late : (units,) votes of the busiest contest; 0 where not matched
    log_ratio : log of poll to early votes of the whole past ballot; nan without one
    log_late_ratio : log of late to poll votes of the whole past ballot; nan without any
    early_lean, poll_lean : (units,) log of Democratic to Republican votes, steadied towards the county's;
        nan where unknown
    shift : logit of the Democratic share at the polls less that early, over the state's last general election in
        today's counties, less what is usual and what its early modes showed; 0 where unknown
    matched_share : share of today's early votes in matched units
    found_by : (units,) how the unit was found, of :data:`turnout.projection.matching.WAYS`; empty where not matched
    early_votes : (units,) today's early votes, what the shares are of
    past_unused : how many units of the past election are no unit of today's, and their share of its early votes
    renumbered, doubtful : counties whose names and votes disagree: see :class:`turnout.projection.matching.Matches`
    """

    date: str
    matched: NDArray[np.bool_]
    early: Floats
    poll: Floats
    late: Floats
    log_ratio: float
    log_late_ratio: float
    early_lean: Floats
    poll_lean: Floats
    shift: float
    matched_share: float
    found_by: NDArray[np.str_]
    early_votes: Floats
    past_unused: tuple[int, float]
    renumbered: tuple[str, ...]
    doubtful: tuple[str, ...]


@dataclass(frozen=True)
class Past:
    """Past results as one projection after another needs them.

    Attributes
    ----------
    units : rows of ``sql/projection/past_units.sql``, of one state
    namesakes : which of them go by the names of today's units
    """

    units: pl.DataFrame
    namesakes: matching.Namesakes

    @classmethod
    def read(cls, workspace: Workspace) -> "Past":
        """Read the past of the returns' state from the table ``results`` of an open workspace."""
        workspace.execute("projection/macros")
        state = workspace.connection.execute("SELECT max(state) FROM results WHERE NOT is_past").fetchall()[0][0]
        return cls(workspace.query("projection/past_units", state=state or ""), matching.Namesakes())


def build(past: pl.DataFrame, ballot: Ballot, namesakes: matching.Namesakes | None = None) -> Baseline:
    """Find the comparable election in ``past``, rows of ``sql/projection/past_units.sql`` of one state.

    ``namesakes``: see :func:`turnout.projection.matching.find`.
    """
    matches = matching.find(past, ballot, namesakes)
    chosen, here = _comparable(past, matches, ballot)
    matched = ballot.units.with_row_index("unit").join(here.units, on="unit", how="left", maintain_order="left")
    found = matched["early"].is_not_null().to_numpy() & (matched["poll"].fill_null(0).to_numpy() > 0)
    columns = {name: matched[name].fill_null(0.0).to_numpy() for name in ("early", "poll", "late")}
    weight = np.bincount(ballot.row_unit, ballot.row_votes()[:, 0], ballot.units.height)
    return Baseline(
        date=str(chosen["election_date"][0]) if chosen.height else "",
        matched=found,
        **columns,
        log_ratio=_log_ratio(chosen, "poll", "early"),
        log_late_ratio=_log_ratio(chosen, "late", "poll"),
        early_lean=lean(matched["early_dem"], matched["early_rep"], matched["county_key"]),
        poll_lean=lean(matched["poll_dem"], matched["poll_rep"], matched["county_key"]),
        shift=_past_departure(past, ballot),
        matched_share=float(weight[found].sum() / max(weight.sum(), 1.0)),
        found_by=np.where(found, matched["how"].fill_null("").to_numpy().astype(np.str_), ""),
        early_votes=weight.astype(np.float64),
        past_unused=_unused(chosen, here, ballot),
        renumbered=tuple(here.renumbered["county"]),
        doubtful=tuple(here.doubtful["county"]),
    )


def lean(democratic: pl.Series, republican: pl.Series, county: pl.Series, steady: float = 30.0) -> Floats:
    """Log of Democratic to Republican votes by unit, each drawn towards its county's by ``steady`` votes.

    Returns an array over the units; nan where neither party has a vote in the whole county.
    """
    frame = pl.DataFrame({"d": democratic.fill_null(0.0), "r": republican.fill_null(0.0), "county": county})
    both = frame.select(
        d=pl.col("d"),
        n=pl.col("d") + pl.col("r"),
        county_d=pl.col("d").sum().over("county"),
        county_n=(pl.col("d") + pl.col("r")).sum().over("county"),
    ).with_columns(county_share=(pl.col("county_d") + 0.5) / (pl.col("county_n") + 1.0))
    share = (both["d"] + steady * both["county_share"]) / (both["n"] + steady)
    result = np.log(share.to_numpy()) - np.log1p(-share.to_numpy())
    return np.where(both["county_n"].to_numpy() > 0, result, np.nan)


def kind_of(date: dt.date) -> str:
    """Return ``general`` for November of even years, ``primary`` for spring of even years, else ``other``."""
    if date.year % 2 == 0 and date.month == 11:
        return "general"
    return "primary" if date.year % 2 == 0 and 2 <= date.month <= 6 else "other"


def _comparable(past: pl.DataFrame, matches: Matches, ballot: Ballot) -> tuple[pl.DataFrame, Matches]:
    """Return the past election to compare with, without rows where there is none, and the matches in it."""
    shares = (
        matches.units.group_by("election_date")
        .agg(share=pl.len() / max(ballot.units.height, 1))
        .filter(pl.col("share") >= MATCHED_SHARE)
    )
    dates: list[dt.date] = shares["election_date"].to_list()
    if not dates:  # precincts drawn anew: what the state's ballot was like as a whole still says something
        counties = past.filter(pl.col("county_key").is_in(ballot.units["county_key"].unique().to_list()))
        shares = counties.group_by("election_date").agg(share=pl.col("county_key").n_unique())
        enough = MATCHED_SHARE * ballot.units["county_key"].n_unique()
        dates = shares.filter(pl.col("share") >= enough)["election_date"].drop_nulls().to_list()
    if not dates:
        return past.clear(), matches.of(None)
    kind = kind_of(dt.date.fromisoformat(ballot.date)) if ballot.date else ""
    best = max(dates, key=lambda date: (kind_of(date) == kind, date))
    return past.filter(pl.col("election_date") == best), matches.of(best)


def _past_departure(past: pl.DataFrame, ballot: Ballot) -> float:
    """How far the state's last general election shifted otherwise than such elections do; 0 where unknown."""
    generals = past.filter(
        pl.col("county_key").is_in(ballot.units["county_key"].unique().to_list()),
        (pl.col("election_date").dt.month() == 11) & (pl.col("election_date").dt.year() % 2 == 0),
    )
    for (date,), units in sorted(generals.group_by("election_date"), key=lambda pair: pair[0], reverse=True):
        if shift := ballot_shift(units):
            gap, believed = modes.past_gap(units)
            usual = {term.name: term.mean for term in HierarchySpec.load("shift").term}
            lately = usual["ballot, since 2020"] + usual["mail alone, since 2020"] * (1.0 - believed)
            return shift - gap - usual["ballot"] - lately * (str(date) >= SORTED_SINCE)
    return 0.0


def _unused(chosen: pl.DataFrame, here: Matches, ballot: Ballot) -> tuple[int, float]:
    """How many past units of today's counties are no unit of today's, and their share of the early votes there."""
    counties = ballot.units["county_key"].unique().to_list()
    chosen = chosen if "" in counties else chosen.filter(pl.col("county_key").is_in(counties))
    total = float(chosen["early"].sum())
    units, early = (float(here.used[name].sum()) for name in ("units", "early"))
    return max(chosen.height - int(units), 0), max(1.0 - early / max(total, 1.0), 0.0)


def ballot_shift(past: pl.DataFrame) -> float:
    """Logit of the Democratic share at the polls less that early, over a whole past ballot; 0 where unknown."""
    sums = past.select(pl.col("early_dem", "early_rep", "poll_dem", "poll_rep").sum()).row(0)
    if min(sums) <= 0:
        return 0.0
    early_dem, early_rep, poll_dem, poll_rep = sums
    return float(np.log(poll_dem / poll_rep) - np.log(early_dem / early_rep))


def _log_ratio(past: pl.DataFrame, numerator: str, denominator: str) -> float:
    above, below = float(past[numerator].sum()), float(past[denominator].sum())
    return float(np.log(above / below)) if above > 0 and below > 0 else float("nan")


def unit_log_ratio(baseline: Baseline) -> Floats:
    """Log of poll to early votes of each unit relative to its whole ballot's; 0 where unknown: shape (units,).

    It is unknown where the early votes, of which some were to be expected, were counted elsewhere.
    """
    usual = np.nan_to_num(baseline.log_ratio)
    ratio = np.log(baseline.poll + _STEADY) - np.log(baseline.early + _STEADY) - usual
    elsewhere = (baseline.early == 0) & (baseline.poll > _EXPECTED * np.exp(usual))
    return np.where(baseline.matched & ~elsewhere, np.clip(ratio, -2.0, 2.0), 0.0)
