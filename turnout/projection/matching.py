"""Today's units in past elections: by the user's crosswalk, by name, by names nearly alike that votes bear out."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import Ballot
from turnout.reading import places

#: Columns of ``sql/projection/past_units.sql`` that add up where units merge and are shared out where one was split.
VOTES: Final = ("early", "poll", "late", "early_dem", "early_rep", "poll_dem", "poll_rep")
#: Ways in which a unit is found, the surest first.
WAYS: Final = ("crosswalk", "exact", "named", "numbered")

#: A pair found by likeness has early votes within this factor of what the sizes of the two ballots let expect. Votes
#: of pairs of one name differ by more than a factor of 2 in one of 40 (Georgia, 2014 to 2016 or 2018).
_MOST_UNLIKE: Final = 3.0
#: Votes added to both sides of that ratio, so that a handful of voters says little.
_STEADY: Final = 10.0
#: Pairs with early votes in a county from which on their order by size is looked at …
_FEWEST: Final = 6
#: … and the rank correlation that pairs of a number need. Right ones have 0.7 to 1.0; Pulaski County, Arkansas, whose
#: numbers were given anew between 2018 and 2022, has 0.2.
_LEAST_ORDER: Final = 0.6
#: The same for pairs of one name, which stay, but are spoken of.
_DOUBTFUL_FEWEST: Final = 10
_DOUBTFUL_ORDER: Final = 0.3


@dataclass(frozen=True)
class Matches:
    """Where today's units are found in past elections.

    Attributes
    ----------
    units : ``unit`` (its place in the ballot), ``election_date, how`` (of :data:`WAYS`) and :data:`VOTES`, one row a
        unit and past election it is found in
    used : ``election_date, units, early``: how many past units they were found in, and the early votes of those
    renumbered : ``election_date, county``: counties whose pairs by number are not believed, for the votes differ
    doubtful : the same of counties whose equal names may be of other places
    """

    units: pl.DataFrame
    used: pl.DataFrame
    renumbered: pl.DataFrame
    doubtful: pl.DataFrame

    def of(self, date: dt.date | None) -> "Matches":
        """Return the matches in one past election; none of them where there is none."""
        one = pl.lit(value=False) if date is None else pl.col("election_date") == date
        return Matches(*(frame.filter(one) for frame in (self.units, self.used, self.renumbered, self.doubtful)))


class Namesakes:
    """Which of today's units and past ones are one by their names, kept from ballot to ballot.

    It rests on the names alone, so it holds for as long as both sides have the very same ones, however their votes
    and their order change; for other names it is found anew.
    """

    def __init__(self) -> None:
        self._names: tuple[pl.DataFrame, pl.DataFrame] | None = None
        self._pairs = pl.DataFrame()

    def of(self, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
        """Return ``election_date, our, their, how``.

        Parameters
        ----------
        ours : ``our, county, precinct``, one row a unit of today
        theirs : ``their, election_date, county, precinct``, one row a past unit
        """
        unit = ["county", "precinct"]
        names = ours.select(unit).sort(unit), theirs.select("their", "election_date", *unit)
        if self._names is None or not all(map(pl.DataFrame.equals, names, self._names)):
            self._names = names
            self._pairs = places.alike(
                names[0].with_row_index("id"),
                theirs.select("county", "precinct", id="their", occasion="election_date"),
            ).rename({"occasion": "election_date"})
        number = ours.sort(unit)["our"]
        return self._pairs.with_columns(our=number.gather(self._pairs["our"]), their=pl.col("their").cast(pl.UInt32))


def find(past: pl.DataFrame, ballot: Ballot, namesakes: Namesakes | None = None) -> Matches:
    """Find the units of a ballot in each of the past elections.

    Parameters
    ----------
    past : rows of ``sql/projection/past_units.sql``
    namesakes : what was found for another ballot and the same past, should the names be the same

    Notes
    -----
    A past unit that the crosswalk speaks of goes where that says, if any of the places is on today's ballot. Then
    equal names in a county; then names nearly alike (:func:`turnout.reading.places.alike`), one to one, where the
    early votes of the two do not speak against it. Votes of several past units that became one add up.
    """
    theirs = past.filter(pl.col("election_date").is_not_null()).with_row_index("their")
    ours = ballot.units.select("county_key", "precinct_key", "county", "precinct").with_row_index("our")
    ours = ours.with_columns(our_early=pl.Series(ballot.unit_early()))
    listed, settled = _listed(theirs, ours, ballot.date)
    unlisted = theirs.join(settled, on="their", how="anti", maintain_order="left")
    pairs = (namesakes or Namesakes()).of(ours, unlisted)
    pairs, renumbered, doubtful = _named(pairs, unlisted, ours, listed)
    pairs = pl.concat([listed, pairs])
    units = (
        pairs.join(theirs.select("their", *VOTES), on="their")
        .group_by("election_date", pl.col("our").alias("unit"))
        .agg(
            pl.col("how").cast(pl.Enum(WAYS)).min().cast(pl.String),
            *[(pl.col(name) * pl.col("weight")).sum() for name in VOTES],
        )
        .sort("election_date", "unit")
    )
    used = (
        theirs.join(pairs, on="their", how="semi")
        .group_by("election_date")
        .agg(pl.len().alias("units"), pl.col("early").sum())
        .sort("election_date")
    )
    return Matches(units, used, renumbered, doubtful)


def _listed(theirs: pl.DataFrame, ours: pl.DataFrame, date: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the pairs of the user's crosswalk, and the past units that it settles."""
    lines = (
        theirs.select("their", "election_date", "county_key", "listed")
        .explode("listed")
        .drop_nulls("listed")
        .unnest("listed")
        .filter(pl.col("to_date").is_null() | (pl.col("to_date").cast(pl.String) == date))
    )
    without_county = bool((ours["county_key"] == "").all() or (theirs["county_key"] == "").all())
    keys = [] if without_county else ["county_key"]
    # several spellings of one unit of today share its past
    found = lines.join(ours, left_on=[*keys, "to_key"], right_on=[*keys, "precinct_key"], how="left")
    gone = pl.col("to_key") == ""
    settled = found.filter(pl.col("our").is_not_null() | gone).select("their").unique()
    pairs = found.drop_nulls("our").select("election_date", "our", "their", "weight", how=pl.lit("crosswalk"))
    return pairs, settled


def _named(
    pairs: pl.DataFrame, theirs: pl.DataFrame, ours: pl.DataFrame, listed: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return pairs by name but for those that votes speak against, and the counties where they do."""
    pairs = pairs.join(ours.select("our", "our_early", "county", "county_key"), on="our").join(
        theirs.select("their", "early"), on="their"
    )
    spoken_of = pairs.join(listed, on=["election_date", "our"], how="semi").filter(pl.col("how") != "exact")
    pairs = pairs.join(spoken_of, on=["election_date", "our", "their"], how="anti")
    known = (pl.col("our_early") > 0) & (pl.col("early") > 0)
    order = (
        pairs.filter(known)
        .group_by("election_date", "county_key", "how")
        .agg(
            pl.len().alias("pairs"),
            pl.col("county").min(),
            order=pl.corr(pl.col("our_early").rank(), pl.col("early").rank()).fill_nan(1.0),
        )
        .sort("election_date", "county")
    )
    renumbered = order.filter(pl.col("how") == "numbered", pl.col("pairs") >= _FEWEST, pl.col("order") < _LEAST_ORDER)
    doubtful = order.filter(
        pl.col("how") == "exact", pl.col("pairs") >= _DOUBTFUL_FEWEST, pl.col("order") < _DOUBTFUL_ORDER
    )
    ratio = ((pl.col("our_early") + _STEADY) / (pl.col("early") + _STEADY)).log()
    unlike = (ratio - ratio.filter(known).median().over("election_date")).abs() > np.log(_MOST_UNLIKE)
    believed = (
        pairs.join(renumbered, on=["election_date", "county_key", "how"], how="anti")
        .filter((pl.col("how") == "exact") | ~(known & unlike).fill_null(value=False))
        .select("election_date", "our", "their", weight=pl.lit(1.0), how=pl.col("how"))
    )
    return believed, renumbered.select("election_date", "county"), doubtful.select("election_date", "county")
