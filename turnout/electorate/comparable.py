"""Which past election this one is most like."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from turnout.contest import Contest, ElectionKind
from turnout.errors import UsageError
from turnout.workspace import Workspace

Relation = Literal["first_round", "runoff", "november", "other"]
#: Seasons of general elections.
GENERALS = frozenset({"presidential", "midterm"})
#: A runoff is compared with its first round if that was at most this many days before.
_FIRST_ROUND_DAYS = 120
#: Why an election is chosen, by its rank of likeness.
_WHY = ("the first round", "the latest of the same season", "the latest of the same half", "the latest")
#: The same said of the others.
_ALSO = (f"within {_FIRST_ROUND_DAYS} days too", "the same season", "the same half", "of another kind")
#: Elections proposed besides.
_OTHERS = 3
#: Elections learned from at most.
MOST = 4
#: Mode must be known for this share of an election's votes.
_MODE_KNOWN = 0.5


@dataclass(frozen=True)
class Comparable:
    """The election the propensity is learned from.

    ``relation`` selects the priors of totals; ``like`` is false where the election is of another kind; ``earlier``
    holds the elections before it, latest first; ``modes`` is false where the history does not say how people voted;
    ``others`` says which elections would be next, and why; ``also`` are those named to be learned from as well.
    """

    date: dt.date
    relation: Relation
    like: bool
    modes: bool
    earlier: tuple[dt.date, ...]
    reason: str
    others: tuple[str, ...] = ()
    also: tuple["Comparable", ...] = ()


def season(date: dt.date, kind: ElectionKind = "other") -> str:
    """Class an election by its date, since a vote history says no more: even Novembers are general elections.

    Even-year elections from February to September count as primaries, all the rest as special; a contest's own
    ``kind`` says more, and wins.
    """
    if kind in {"special", "runoff"}:
        return "special"
    if date.year % 2 == 0 and date.month == 11:
        return "presidential" if date.year % 4 == 0 else "midterm"
    if kind == "primary" or (date.year % 2 == 0 and 2 <= date.month <= 9):
        return "primary"
    return "special"


def elections(workspace: Workspace, before: dt.date, *, sound: bool = False) -> pl.DataFrame:
    """Return the past elections in the vote history, one row each: date, votes, and votes by mode.

    ``sound`` says that each line of the history is one vote of a voter in the file, so that lines can be counted.
    """
    workspace.execute("electorate/election_votes_sound" if sound else "electorate/election_votes")
    return workspace.query("electorate/elections", before=before)


def choose(contest: Contest, date: dt.date, past: pl.DataFrame, least: int) -> Comparable | None:
    """Choose the election to learn from: the user's first choice, else by the rule below. None without history.

    What else the user names is in ``also``, in that order; of more than four the first four count.

    The rule: among elections with at least ``least`` votes, those that say how people voted before those that do not;
    for a special election or runoff, one at most 120 days before (its first round); then one of the same season, then
    one of the same half (both or neither in an even November); then the latest.

    Raises
    ------
    UsageError
        If the user names an election in which nobody in the file voted.
    """
    dates = tuple(past["election_date"].to_list())
    for wanted in contest.propensity.comparable:
        if wanted not in dates:
            there = ", ".join(str(day) for day in dates[-8:]) or "none"
            raise UsageError(
                f"propensity.comparable = {wanted}: nobody in vote_history voted on that day before {date}. "
                f"The latest elections there are: {there}."
            )
    known = dict(zip(dates, (1 - past["unknown"] / past["votes"] >= _MODE_KNOWN).to_list(), strict=True))
    candidates = past.filter(pl.col("votes") >= least)["election_date"].to_list()
    ranked = sorted(candidates, key=lambda day: (not known[day], *_distance(contest, date, day)))

    def described(day: dt.date, why: str) -> Comparable:
        rank = _distance(contest, date, day)[0]
        earlier = tuple(one for one in reversed(dates) if one < day)
        return Comparable(day, _relation(contest, date, day), rank <= 1, known[day], earlier, why)

    if named := tuple(dict.fromkeys(contest.propensity.comparable)):
        best, *rest = (described(day, "named in the configuration") for day in named[:MOST])
    elif ranked:
        best, rest = described(ranked[0], _WHY[_distance(contest, date, ranked[0])[0]]), []
    else:
        return None
    used = {best.date, *(one.date for one in rest)}
    others = tuple(f"{day} ({_ALSO[_distance(contest, date, day)[0]]})" for day in ranked if day not in used)
    return replace(best, others=others[:_OTHERS], also=tuple(rest))


def _relation(contest: Contest, date: dt.date, day: dt.date) -> Relation:
    """Say how an election is related to one of a day before it."""
    rank = _distance(contest, date, day)[0]
    if rank <= 1 and season(date, contest.kind) in GENERALS:
        return "november"
    if rank == 0:
        return "first_round" if season(day) == "special" else "runoff"
    return "other"


def _distance(contest: Contest, date: dt.date, day: dt.date) -> tuple[int, int]:
    """Rank of likeness (0 best), then days ago."""
    ours, theirs = season(date, contest.kind), season(day)
    ago = (date - day).days
    if contest.kind in {"special", "runoff"} and ago <= _FIRST_ROUND_DAYS:
        return 0, ago
    if ours == theirs:
        return 1, ago
    return (2 if (ours in GENERALS) == (theirs in GENERALS) else 3), ago
