"""Each day's ballot file against the day before: what appeared, what is gone, what changed. Counts, never voters."""

import datetime as dt
from dataclasses import asdict, dataclass
from pathlib import Path

from turnout.contest import Contest
from turnout.errors import InputRefused, UsageError
from turnout.reading import files, source
from turnout.workspace import Workspace, kept_in

_PREFIX = "ballots-"


@dataclass(frozen=True)
class Change:
    """How the ballots differ from earlier ones; every number counts voters.

    Attributes
    ----------
    before, now : with a ballot in the earlier file, and in this one
    appeared, vanished : with one only now, and only before
    revoked : of those in both, accepted before and not now
    changed : of those in both, with another status or mode
    accepted_vanished : of the vanished, accepted before
    moves : (status before, status now) -> voters, the most frequent first
    """

    since: str
    before: int
    now: int
    appeared: int
    vanished: int
    changed: int
    revoked: int
    accepted_before: int
    accepted_now: int
    accepted_vanished: int
    moves: tuple[tuple[str, str, int], ...] = ()

    @property
    def lost_share(self) -> float:
        """Share of the earlier voters who are gone."""
        return self.vanished / self.before if self.before else 0.0

    def sentence(self) -> str:
        """Return what a reader should know of it."""
        return (
            f"Since {self.since}: {self.appeared:,} voters have a ballot who had none, {self.vanished:,} of"
            f" {self.before:,} have none any more ({self.accepted_vanished:,} of those were accepted),"
            f" {self.changed:,} stand differently ({self.revoked:,} accepted then and not now). Accepted:"
            f" {self.accepted_before:,} then, {self.accepted_now:,} now."
        )

    def to_dict(self) -> dict[str, object]:
        """Return the numbers, for JSON."""
        return asdict(self)


def day_of(contest: Contest) -> dt.date | None:
    """Day of the newest ballot file, by the time it was last written; None where there is none."""
    found = source.expand(contest.inputs.ballots, files.members())
    times = [when for file in found if (when := source.written(file.path)) is not None]
    return max(times).date() if times else None


def follow(workspace: Workspace, contest: Contest) -> Change | None:
    """Compare the ballots just read with the last ones kept of an earlier day, and note what changed.

    Raises
    ------
    InputRefused
        If more of the voters are gone than the contest allows.
    """
    day = day_of(contest)
    if day is None:
        return None
    earlier = [path for path in workspace.kept(f"{_PREFIX}*") if _day(path) < day]
    if not earlier:
        return None
    change = compare(workspace, earlier[-1], f"{_day(earlier[-1])}")
    refuse_shrunk(change, contest.inputs.allow_shrink)
    workspace.note(
        "ballots since", change.sentence(), severity="warning" if change.vanished or change.revoked else "note"
    )
    return change


def keep(workspace: Workspace, contest: Contest) -> None:
    """Keep the ballots under the day of their file, so that a later day's can be compared with them."""
    if (day := day_of(contest)) is not None:
        workspace.keep("ballots", f"{_PREFIX}{day}")


def find(directory: Path, day: dt.date) -> Path:
    """Return the ballots kept of a day.

    Raises
    ------
    UsageError
        If none were kept of it.
    """
    kept = kept_in(directory, f"{_PREFIX}*")
    for path in kept:
        if _day(path) == day:
            return path
    days = ", ".join(str(_day(path)) for path in kept) or "none yet; `turnout project` keeps them"
    raise UsageError(f"{day}: no ballots were kept of that day in {directory}. Kept: {days}.")


def compare(workspace: Workspace, before: Path, since: str) -> Change:
    """Compare the table ``ballots`` with those in a Parquet file of the same columns."""
    workspace.connection.execute(f"CREATE OR REPLACE TEMP VIEW ballots_before AS FROM {workspace.from_kept(before)}")
    row = workspace.query("reading/ballots_changed").row(0, named=True)
    moves = workspace.query("reading/ballots_moved").rows()
    return Change(since=since, moves=tuple((a, b, int(n)) for a, b, n in moves), **row)


def refuse_shrunk(change: Change, allowed: float) -> None:
    """Refuse ballots of which too many are gone.

    Raises
    ------
    InputRefused
        If the share is above ``allowed``.
    """
    if change.lost_share > allowed:
        raise InputRefused(
            f"ballots: {change.vanished:,} of the {change.before:,} voters with a ballot then ({change.since}) have"
            f" none now ({change.lost_share:.1%}; {allowed:.1%} is allowed). The file may be cut short: fetch it"
            " again. If it is right, say --allow-shrink, or set allow_shrink under [inputs]. Nothing was published."
        )


def _day(path: Path) -> dt.date:
    return dt.date.fromisoformat(path.stem.removeprefix(_PREFIX))
