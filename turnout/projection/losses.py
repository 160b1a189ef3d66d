"""What the count may lack or have too many of, because lines of the returns could not be used or contradict."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from turnout.projection.ballot import Ballot, Flags, Floats, Integers
from turnout.workspace import Workspace

#: Component name of what is drawn here.
LOST_LINES: Final = "lost lines"

#: Of votes by line: where all lines have as many, a lost one may have another number all the same.
_LEAST_VARIANCE: Final = 1.0


@dataclass(frozen=True)
class Losses:
    """Lines whose votes are missing, and figures that can be read in two ways, of a ballot.

    Attributes
    ----------
    lines : (contests,) lines lost
    guesses : frame ``county, choice, other``: votes a choice has more, or less, if its county is read the other way
    """

    lines: Integers
    guesses: pl.DataFrame

    def off(self, ballot: Ballot) -> Flags:
        """Which contests may be off, (contests,)."""
        guessed = np.zeros(len(self.lines), dtype=np.bool_)
        guessed[ballot.choices["contest"].to_numpy()[self.guesses["choice"].to_numpy()]] = True
        return np.asarray(guessed | (self.lines > 0))

    def draw(self, ballot: Ballot, draws: int, rng: np.random.Generator) -> Floats:
        """Draws of the votes of each choice that are missing, or too many: (choices, draws).

        A lost line has as many votes as the contest's lines that have some: a gamma distribution of their mean and
        variance stands for a sum of them. They are of any candidate alike. A county's figures that are given twice
        are read one way or the other, each as likely.
        """
        moved = np.zeros((ballot.choices.height, draws))
        contest = ballot.choices["contest"].to_numpy()
        votes, of = ballot.votes.sum(axis=1), contest[ballot.line_choice]
        for number in np.flatnonzero(self.lines):
            seen = votes[(of == number) & (votes > 0)]
            first, last = np.searchsorted(contest, [number, number + 1])
            if not len(seen):
                continue
            lost, mean, variance = self.lines[number], seen.mean(), max(seen.var(), _LEAST_VARIANCE)
            votes_lost = rng.gamma(lost * mean**2 / variance, variance / mean, draws)
            # many lines part as if each were one candidate's, variance p(1-p)/n; of few, any division is as likely
            alike = np.full(last - first, max((lost - 1) / (last - first), 1.0))
            moved[first:last] = votes_lost * rng.dirichlet(alike, draws).T
        for _, rows in self.guesses.group_by("county", maintain_order=True):
            other_way = rng.integers(0, 2, draws)
            np.add.at(moved, rows["choice"].to_numpy(), rows["other"].to_numpy()[:, None] * other_way)
        return moved


def load(workspace: Workspace, ballot: Ballot) -> Losses:
    """Return the losses that reading has entered, by contest of the ballot.

    Lines that may be of any contest are shared out by how many lines each has, a part of one taken for one.
    """
    entered = workspace.table("losses")
    numbers = pl.DataFrame({"contest": ballot.contests, "number": range(len(ballot.contests))})
    known = entered.join(numbers, on="contest").group_by("number").agg(pl.col("lines").sum())
    lines = np.zeros(len(ballot.contests), dtype=np.int64)
    lines[known["number"].to_numpy()] = known["lines"].to_numpy()
    anywhere = int(entered.filter(pl.col("contest").is_null())["lines"].sum())
    size = np.bincount(ballot.row_contest[ballot.line_row], minlength=len(ballot.contests))
    lines += np.ceil(anywhere * size / size.sum()).astype(np.int64)
    choices = ballot.choices.with_row_index("choice").join(
        numbers.rename({"contest": "name", "number": "contest"}), on="contest"
    )
    guesses = (
        entered.filter(pl.col("other") != 0)
        .join(choices, left_on=["contest", "candidate"], right_on=["name", "candidate"])
        .select("county", "choice", "other")
        .sort("county", "choice")
    )
    return Losses(lines, guesses)
