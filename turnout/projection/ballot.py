"""The ballot being projected, as arrays: contests, units, and what each unit has reported in each tranche."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from turnout.projection.candidates import people
from turnout.vocabulary import TRANCHES
from turnout.workspace import Workspace

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: What a line is told by.
_NAMES: Final = ("contest", "county", "precinct", "candidate")
#: Share of a contest's counted votes under which an empty cell of a choice's says nothing of its row.
_MINOR: Final = 0.01

EARLY: Final = TRANCHES.index("early")
POLL: Final = TRANCHES.index("poll")
LATE: Final = TRANCHES.index("late")


@dataclass(frozen=True)
class Ballot:
    """All contests of one date and state.

    A *row* is a contest in a unit, a *line* a candidate in a row, a *choice* a candidate in a contest. Contests,
    units, rows and choices are ordered by their votes, so that calling them by other names changes nothing.
    A line that is missing where its row has reported got no votes there.

    Attributes
    ----------
    state, date : of the election; empty and None where the files do not say
    contests : (contests,) names
    units : frame ``county, precinct, county_key, precinct_key, is_real_unit``, one row a unit
    choices : frame ``contest`` (its number), ``candidate, party, party_code, person``, one row a choice, by contest
        and votes. Spellings of one candidate have one ``person``: the number of the first of them
    row_contest, row_unit : (rows,) what each row is of
    line_row, line_choice : (lines,) what each line is of
    votes : (lines, 3) votes by tranche; 0 where the tranche has not reported
    mail : (lines,) those of the early tranche that came by mail; 0 where the files do not tell
    reported : (rows, 3) which tranches have reported in which row
    has_late : (contests,) whether the files hold a late tranche for the contest at all
    has_late_mail : whether the late tranche holds mail, not provisional ballots alone
    polls_given : whether the files give a number for any poll vote, be it 0
    """

    state: str
    date: str
    contests: tuple[str, ...]
    units: pl.DataFrame
    choices: pl.DataFrame
    row_contest: Integers
    row_unit: Integers
    line_row: Integers
    line_choice: Integers
    votes: Floats
    mail: Floats
    reported: Flags
    has_late: Flags
    polls_given: bool
    has_late_mail: bool

    @property
    def rows(self) -> int:
        """How many rows, contest × unit, there are."""
        return len(self.row_contest)

    @cached_property
    def unit_county(self) -> Integers:
        """Number of each unit's county, in the order of their largest units: shape (units,)."""
        counties = self.units["county_key"].unique(maintain_order=True)
        return self.units["county_key"].replace_strict(counties, np.arange(len(counties))).to_numpy()

    @cached_property
    def precincts(self) -> Flags:
        """Which units are precincts, not sites by their names, whole counties or districts: shape (units,)."""
        return (self.units["is_real_unit"] & (self.units["precinct"] != "")).to_numpy()

    @cached_property
    def county_in_contest(self) -> Integers:
        """Number of each row's pair of contest and county, shape (rows,)."""
        county = self.unit_county[self.row_unit]
        _, place = np.unique(self.row_contest * (county.max(initial=0) + 1) + county, return_inverse=True)
        return place.astype(np.int64)

    @cached_property
    def together(self) -> "Together":
        """Poll votes that are counted for whole counties or districts, or at vote centers."""
        return Together.of(self)

    @cached_property
    def leading_parties(self) -> list[str]:
        """Party codes of the leader and the runner-up of each contest by counted votes, such as ``RD``."""
        people = (
            self.choices.with_columns(votes=self.choice_votes().sum(axis=1))
            .group_by("contest", "person")
            .agg(
                pl.col("votes").sum(),
                pl.col("party_code").filter(pl.col("party_code") != "O").min().fill_null("O"),
            )
            .sort("contest", "votes", "person", descending=[False, True, False])
        )
        first = people.group_by("contest", maintain_order=True).agg(pl.col("party_code").head(2))
        return first["party_code"].list.join("").to_list()

    def expecting_late(self) -> "Ballot":
        """Return the ballot with late votes expected in every contest that has none yet: a voter file says so."""
        without = np.bincount(self.row_contest, self.row_votes()[:, LATE], len(self.contests)) == 0
        reported = self.reported.copy()
        reported[without[self.row_contest], LATE] = False
        return replace(self, reported=reported, has_late=self.has_late | without)

    def row_votes(self) -> Floats:
        """Votes for all candidates together, shape (rows, 3); not to be written to."""
        return self._row_votes

    @cached_property
    def _row_votes(self) -> Floats:
        return _summed(self.votes, self.line_row, self.rows)

    def busiest(self, votes: Floats) -> Floats:
        """Votes of each unit's busiest contest, of votes by row: shape (units,)."""
        most = np.zeros(self.units.height)
        np.maximum.at(most, self.row_unit, votes)
        return most

    def unit_early(self) -> Floats:
        """Early votes of each unit's busiest contest, shape (units,)."""
        return self.busiest(self.row_votes()[:, EARLY])

    def choice_votes(self) -> Floats:
        """Sum the counted votes of each choice by tranche, shape (choices, 3); not to be written to."""
        return self._choice_votes

    @cached_property
    def _choice_votes(self) -> Floats:
        return _summed(self.votes, self.line_choice, self.choices.height)

    def outstanding(self) -> Flags:
        """Return which tranches of which rows are still to be counted, shape (rows, 3).

        Polls that are 0 in every row of the ballot have not reported, whatever the files say.

        The early tranche is what was in before the first count: it is not expected to grow where it is missing but
        other units have it. The poll is always expected. The late tranche is expected where the files hold one.
        """
        missing = ~self.reported
        missing[:, LATE] &= self.has_late[self.row_contest]
        missing[:, EARLY] = False
        return missing


@dataclass(frozen=True)
class Together:
    """Poll votes that are counted for a whole county or district, or at its vote centers, not by precinct.

    Attributes
    ----------
    group : (rows,) number of the figure that holds a row's poll votes, should they be counted; −1 where there is none
    figure : (rows,) number of the figure that a row's poll votes are, or are part of; −1 for those of any other row
    counted : (groups,) votes of each figure
    """

    group: Integers
    figure: Integers
    counted: Floats

    @classmethod
    def of(cls, ballot: Ballot) -> "Together":
        """Find such figures, of a county before those of the whole contest: larger than what its precincts report."""
        polls, contest = ballot.row_votes()[:, POLL], ballot.row_contest
        whole = ~ballot.precincts[ballot.row_unit]
        district = whole & (ballot.units["county"] == "").to_numpy()[ballot.row_unit]
        group, part_of, counted = np.full(ballot.rows, -1), np.full(ballot.rows, -1), np.zeros(0)
        for place, given in ((ballot.county_in_contest, whole & ~district), (contest, district)):
            figure, apart = np.bincount(place, polls * given), np.bincount(place, polls * ~given)
            its_own = ~whole & ~ballot.reported[:, POLL] & (figure > apart)[place] & (group < 0)
            places, number = np.unique(place[its_own], return_inverse=True)
            group[its_own] = len(counted) + number
            known = np.full(len(figure), -1)
            known[places] = len(counted) + np.arange(len(places))
            part_of[given] = known[place[given]]
            counted = np.append(counted, figure[places])
        return cls(group, part_of, counted)

    def of_one_county(self, ballot: Ballot) -> "Together":
        """Return those figures whose rows are all of one county, numbered anew."""
        county = ballot.unit_county[ballot.row_unit]
        lowest, highest = (
            np.full(len(self.counted), county.max(initial=0)),
            np.zeros(len(self.counted), dtype=np.int64),
        )
        for row_of in (self.group, self.figure):
            rows = np.flatnonzero(row_of >= 0)
            np.minimum.at(lowest, row_of[rows], county[rows])
            np.maximum.at(highest, row_of[rows], county[rows])
        kept = lowest == highest
        number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)  # the last is for rows of no figure
        return Together(number[self.group], number[self.figure], self.counted[kept])


def sums_over(group: Integers) -> sparse.csr_array:
    """Matrix that sums what stands in groups, such as the choices of contests: shape (groups, members)."""
    shape = (int(group.max(initial=-1)) + 1, len(group))
    return sparse.csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=shape)


def _summed(votes: Floats, index: Integers, size: int) -> Floats:
    """Sum votes by tranche over the lines of each index, shape (size, 3), for reading only."""
    sums = np.stack([np.bincount(index, votes[:, tranche], size) for tranche in range(3)], axis=1)
    sums.flags.writeable = False
    return np.asarray(sums, dtype=np.float64)


def load(workspace: Workspace) -> Ballot:
    """Build the ballot from the table ``results`` of an open workspace."""
    workspace.execute("projection/macros")
    return build(workspace.query("projection/lines", is_past=False, state=None, date=None))


def build(lines: pl.DataFrame) -> Ballot:
    """Build a ballot from its lines, the rows of ``sql/projection/lines.sql`` in any order."""
    lines = lines.with_columns(counted=pl.sum_horizontal("early", "poll", "late"))
    contests = _ranked(lines, ["contest"])
    units = _ranked(lines, ["county", "precinct"], keep=["county_key", "precinct_key", "is_real_unit"])
    choices = _ranked(lines, ["contest", "candidate"], keep=["party", "party_code"])
    choices = (
        choices.join(contests.select("contest", contest_number="number"), on="contest")
        .sort("contest_number", "number")
        .with_columns(choice_number=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    choices = choices.with_columns(person=people(choices, lines))
    state, date = lines["state"].max(), lines["election_date"].max()
    lines = (
        lines.select(*_NAMES, *TRANCHES, "mail", "counted", "has_late", "has_late_mail")
        .join(choices.select("contest", "candidate", "contest_number", "choice_number"), on=["contest", "candidate"])
        .drop("contest", "candidate")
        .join(units.select("county", "precinct", unit_number="number"), on=["county", "precinct"])
        .drop("county", "precinct")
        .sort("contest_number", "unit_number", "choice_number")
        .with_columns(row=pl.struct("contest_number", "unit_number").rle_id().cast(pl.Int64))
    )
    of_contest = pl.col("counted").sum().over("contest_number")
    lines = lines.with_columns(minor=pl.col("counted").sum().over("choice_number") < _MINOR * of_contest)
    rows = lines.group_by("row", maintain_order=True).agg(
        pl.first("contest_number", "unit_number"),
        pl.col("early").is_not_null().any(),
        # a row in which one candidate's cell is empty has not reported, for the others' votes alone would mislead;
        # but files leave those of write-ins and the like empty where they have none
        *[
            pl.col(tranche).is_not_null().any() & (pl.col(tranche).is_not_null() | pl.col("minor")).all()
            for tranche in ("poll", "late")
        ],
    )
    has_late = lines.group_by("contest_number").agg(pl.col("has_late").any()).sort("contest_number")["has_late"]
    reported = rows.select(TRANCHES).to_numpy()
    votes = lines.select(pl.col(tranche).fill_null(0.0) for tranche in TRANCHES).to_numpy()
    votes = votes * reported[lines["row"].to_numpy()]
    polls_given = bool(reported[:, POLL].any())
    if votes[:, EARLY].sum() > 0 and votes[:, POLL].sum() == 0:
        reported[:, POLL] = False  # nobody at any poll of any contest: a file that writes 0 for what is not in yet
    return Ballot(
        state=str(state or ""),
        date=str(date) if date is not None else "",
        contests=tuple(contests["contest"]),
        units=units.drop("counted", "squares", "number"),
        choices=choices.select(
            pl.col("contest_number").alias("contest"), "candidate", "party", "party_code", "person"
        ),
        row_contest=rows["contest_number"].to_numpy(),
        row_unit=rows["unit_number"].to_numpy(),
        line_row=lines["row"].to_numpy(),
        line_choice=lines["choice_number"].to_numpy(),
        votes=votes,
        mail=lines["mail"].fill_null(0.0).to_numpy() * reported[lines["row"].to_numpy(), EARLY],
        reported=reported,
        has_late=has_late.to_numpy(),
        polls_given=polls_given,
        has_late_mail=bool(lines["has_late_mail"].any()),
    )


def _ranked(lines: pl.DataFrame, keys: list[str], keep: list[str] | None = None) -> pl.DataFrame:
    """Distinct ``keys`` numbered by their counted votes, most first; names only break ties between equals."""
    counted = pl.col("counted")
    return (
        lines.group_by(keys)
        .agg(counted.sum(), (counted**2).sum().alias("squares"), *[_told(column) for column in keep or []])
        .sort(["counted", "squares", *keys], descending=[True, True, *[False] * len(keys)])
        .with_columns(number=pl.int_range(pl.len(), dtype=pl.Int64))
    )


def _told(column: str) -> pl.Expr:
    """Return what a group's lines say in a column, but for those that leave a party empty, as some counties do."""
    if column == "party_code":
        return (
            pl.when((pl.col(column) != "O").any())
            .then(pl.col(column).filter(pl.col(column) != "O").min())
            .otherwise(pl.lit("O"))
            .alias(column)
        )
    return pl.col(column).max()
