"""How far draws move from the count and spread about their mean, so that both are as past elections bear out."""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from turnout.projection import specification
from turnout.projection.ballot import POLL, Ballot, Floats, Integers, sums_over
from turnout.projection.positions import signs


class Phase(BaseModel):
    """What is done to the draws of a contest in one phase of its count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    move: float = Field(default=1.0, ge=0, le=1)
    """How much is kept of the expected move from the count so far to the final share."""
    spread_partisan: float = Field(default=1.0, gt=0)
    """Factor on the spread of the votes still to come in contests between a Democrat and a Republican …"""
    spread_other: float = Field(default=1.0, gt=0)
    """… and in others."""


class Calibration(BaseModel):
    """What is done in each phase. A ballot's contests may be in different ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before_polls: Phase = Phase()
    """No poll vote of any contest is known, and no past election …"""
    before_polls_past_known: Phase = Phase()
    """… or one is."""
    polls_elsewhere: Phase = Phase()
    """Polls of other contests are known: they tell what the whole ballot does, not what this contest does."""
    polls_of_other_counties: Phase = Phase()
    """Polls of the contest are known, but hardly of the counties that are still out."""
    during_polls: Phase = Phase()
    """Polls of the contest itself are known."""

    def of_contests(self, ballot: Ballot, *, past_known: bool) -> "Applied":
        """Return what is done to each contest of a ballot, by the phase it is in."""
        phases = _phases(ballot, past_known=past_known)
        of_phase = [getattr(self, name) for name in PHASES]
        partisan = signs(ballot) != 0
        return Applied(
            move=np.array([phase.move for phase in of_phase])[phases],
            spread=np.where(
                partisan,
                np.array([phase.spread_partisan for phase in of_phase])[phases],
                np.array([phase.spread_other for phase in of_phase])[phases],
            ),
        )


#: Names of the phases.
PHASES: Final = tuple(Calibration.model_fields)
#: Share of the rows still out that lie in counties without any poll vote, beyond which those known are of others.
_DARK: Final = 0.5


def _phases(ballot: Ballot, *, past_known: bool) -> Integers:
    """Return the number in :data:`PHASES` of the phase each contest is in, shape (contests,)."""
    poll, place = ballot.row_votes()[:, POLL], ballot.county_in_contest
    polls = np.bincount(ballot.row_contest, poll, len(ballot.contests)) > 0
    if not polls.any():
        return np.full(len(polls), PHASES.index("before_polls_past_known" if past_known else "before_polls"))
    open_rows = ballot.outstanding()[:, POLL].astype(float)
    dark = open_rows * (np.bincount(place, poll)[place] == 0)
    dark_share = np.bincount(ballot.row_contest, dark) / np.maximum(np.bincount(ballot.row_contest, open_rows), 1.0)
    known = np.where(dark_share > _DARK, PHASES.index("polls_of_other_counties"), PHASES.index("during_polls"))
    return np.where(polls, known, PHASES.index("polls_elsewhere"))


class Applied(NamedTuple):
    """What is done to each contest: how much of its move is kept, and the factor on its spread, (contests,) each."""

    move: Floats
    spread: Floats


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    provenance: str
    cells: Calibration


def load(override: Path | None = None) -> Calibration:
    """Read ``models/calibration.toml``: of a run with a voter file. One from results alone has its priors' own."""
    return specification.load(_File, "calibration", override).cells


def apply(applied: Applied, ballot: Ballot, votes: Floats) -> Floats:
    """Return draws of the final count spread and moved as calibrated, never below what is counted.

    Of the votes to come in a contest, the log of the total and the shares are spread about their means, so that draws
    of few votes do not run into none. Choices and the total keep their means; what is all counted is as it was.

    ``votes``: (choices, draws).
    """
    contest = ballot.choices["contest"].to_numpy()
    counted = ballot.choice_votes().sum(axis=1)
    to_come = np.maximum(votes - counted[:, None], 0.0)
    sums = sums_over(contest)
    total, so_far = sums @ to_come, sums @ counted[:, None]
    usual = _share(to_come.mean(axis=1, keepdims=True), total.mean(axis=1, keepdims=True)[contest])
    share = np.where(total[contest] > 0, _share(to_come, total[contest]), usual)
    share = np.maximum(usual + applied.spread[contest, None] * (share - usual), 0.0)
    share = _share(share, (sums @ share)[contest])
    spread = _spread_log(total, applied.spread[:, None])[contest] * share + counted[:, None]
    expected = (total.mean(axis=1, keepdims=True) + so_far)[contest]
    end = _share(to_come.mean(axis=1, keepdims=True) + counted[:, None], expected)
    start = np.where(so_far[contest] > 0, _share(counted[:, None], so_far[contest]), end)
    move = applied.move[contest, None]
    moved = spread + (move * end + (1.0 - move) * start) * expected - spread.mean(axis=1, keepdims=True)
    return np.asarray(np.maximum(moved, counted[:, None]))


def _spread_log(total: Floats, factor: Floats) -> Floats:
    """Return draws whose logs lie ``factor`` times as far from their mean; the draws' own mean is kept."""
    log = np.log1p(total)
    middle = log.mean(axis=1, keepdims=True)
    spread = np.expm1(np.maximum(middle + factor * (log - middle), 0.0))
    return np.asarray(spread * _share(total.mean(axis=1, keepdims=True), spread.mean(axis=1, keepdims=True)))


def _share(part: Floats, whole: Floats) -> Floats:
    """Part of a whole; 0 where there is none."""
    return np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)
