"""Whether a release says less than the one before it: votes fallen, precincts gone, candidates gone."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from turnout.workspace import Workspace

#: Votes that may fall in a contest from one release to the next as a correction of the canvass. Los Angeles County's
#: releases of November 2022 hold falls of one vote (its own release files).
CORRECTED: Final = 10

_WORDS: Final = {
    "contest": ("contest is gone", "contests are gone"),
    "candidate": ("candidate is gone", "candidates are gone"),
    "precinct": ("precinct has un-reported", "precincts have un-reported"),
    "votes": ("figure has fallen", "figures have fallen"),
}


@dataclass(frozen=True)
class Regression:
    """One kind of regression.

    Attributes
    ----------
    kind : ``contest``, ``candidate`` or ``precinct`` (gone), or ``votes`` (fallen)
    places : how many contests, candidates, precincts or figures it is
    votes : by how many votes, all together
    contest, county, precinct, candidate, before, now : the gravest of them, and its votes
    """

    kind: str
    places: int
    votes: int
    contest: str
    county: str
    precinct: str
    candidate: str
    before: int
    now: int

    def sentence(self) -> str:
        """Say what it is, with the gravest case."""
        one, many = _WORDS[self.kind]
        place = ", ".join(part for part in (self.contest, self.county, self.precinct, self.candidate) if part)
        what = f"{self.places:,} {one if self.places == 1 else many}"
        return f"{what} (by {self.votes:,} votes; most in {place}: {self.before:,} before, {self.now:,} now)"


def counted(workspace: Workspace) -> pl.DataFrame:
    """Return what the returns just read say is counted: the rows of ``sql/running/counted.sql``."""
    return workspace.query("running/counted")


def between(workspace: Workspace, before: pl.DataFrame, now: pl.DataFrame) -> tuple[Regression, ...]:
    """Compare two releases, each as :func:`counted` gives it: the gravest kind first, nothing where none is less."""
    with workspace.registered("counted_before", before), workspace.registered("counted_now", now):
        rows = workspace.query("running/regressions", corrected=CORRECTED)
    return tuple(
        Regression(row["kind"], row["places"], row["votes"], **row["gravest"]) for row in rows.iter_rows(named=True)
    )
