"""When this is and what is known of this election so far: ballots, first returns, poll counts by precinct."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from turnout import reuse
from turnout.contest import Contest
from turnout.errors import UsageError
from turnout.workspace import Workspace

#: Topic of this room's findings.
TOPIC = "propensity"
#: Days to go where no ballot has a date.
_FAR = 60
#: Days after the election in which ballots are still accepted or cured anywhere.
_AFTER = 60
#: Days before the election at which no ballot is out anywhere.
_LONG_BEFORE = 120


def several(number: int, noun: str) -> str:
    """Return ``1 day``, ``1,200 days``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@dataclass(frozen=True)
class Situation:
    """The state of the election.

    Attributes
    ----------
    date : of the election
    begun : returns are out, so nothing more is counted early
    days : to go until the first count, at least 1; 0 once begun
    accepted, sent, voters : numbers of ballots in that state, and of voters
    early_votes : votes of early modes in the returns
    polls : county, precinct, votes of the real units whose poll votes are reported
    """

    date: dt.date
    begun: bool
    days: int
    accepted: int
    sent: int
    voters: int
    early_votes: int
    polls: pl.DataFrame

    @property
    def early(self) -> int:
        """Ballots counted early so far, from the voter file where it says, else from the returns."""
        return self.accepted or self.early_votes


def returned(workspace: Workspace) -> dict[str, Any]:
    """Return how the ballots stand: ``voters, accepted, sent``, and the latest days of ballots and of the history."""
    basis = reuse.standing(workspace.connection, ("voters", "vote_history", "ballots"))
    key = None if basis is None else reuse.key("returned", basis)
    reuse.once(workspace.connection, "returned", key, ("returned",), lambda: workspace.execute("electorate/returned"))
    row: dict[str, Any] = workspace.table("returned").row(0, named=True)
    return row


def see(workspace: Workspace, contest: Contest, as_of: dt.date | None = None) -> Situation:
    """Read the state of the election from ballots and results; ``as_of`` is the day they stand at, where it is known.

    Raises
    ------
    UsageError
        If neither the contest nor a file has a date to go by, or there are no voters.
    """
    row = returned(workspace)
    if not row["voters"]:
        raise UsageError("voters: the voter file holds nobody. Check [inputs] voters, or leave it out.")
    counted = workspace.query("electorate/counted")
    early = counted.filter(pl.col("tranche") == "early")
    polls = counted.filter((pl.col("tranche") == "poll") & pl.col("is_real_unit") & (pl.col("precinct") != ""))
    begun = bool(early["votes"].sum()) or bool(polls["votes"].sum())
    date = contest.date or workspace.query("electorate/results_date").item()
    if date is None:
        latest = max((day for day in (row["latest"], row["last_history"]) if day), default=None)
        if latest is None:
            raise UsageError("date: the contest has no date and no file tells it. Add date = YYYY-MM-DD.")
        date = latest + dt.timedelta(days=1)
        workspace.note(TOPIC, f"The contest has no date; taken as {date}, the day after the latest in the files.")
    today = as_of or row["latest"]
    days = 0 if begun else max(1, (date - today).days if today else _FAR)
    if row["latest"] and row["latest"] > date + dt.timedelta(days=_AFTER):
        message = f"Ballots are dated up to {row['latest']}, long after the election of {date}. Is the date right?"
        workspace.note(TOPIC, message, severity="warning")
    if today and not begun and days > _LONG_BEFORE:
        message = (
            f"The ballots stand at {today}, {several(days, 'day')} before the election of {date}: they are hardly "
            "its ballots, and are counted as if they were. Check the contest's date."
        )
        workspace.note(TOPIC, message, severity="warning")
    return Situation(
        date=date,
        begun=begun,
        days=days,
        accepted=row["accepted"],
        sent=row["sent"],
        voters=row["voters"],
        early_votes=int(early["votes"].sum()),
        polls=polls.select("county", "precinct", "votes"),
    )
