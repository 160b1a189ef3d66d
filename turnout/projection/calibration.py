"""How far draws move from the count and spread about their mean, so that both are as past elections bear out."""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from turnout.projection import specification
from turnout.projection.ballot import Ballot, Floats
from turnout.projection.positions import signs


class Phase(BaseModel):
    """What is done to the draws in one phase of a count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    move: float = Field(default=1.0, ge=0, le=1)
    """How much is kept of the expected move from the count so far to the final share."""
    spread_partisan: float = Field(default=1.0, gt=0)
    """Factor on the spread of the votes still to come in contests between a Democrat and a Republican …"""
    spread_other: float = Field(default=1.0, gt=0)
    """… and in others."""


class Calibration(BaseModel):
    """The phases before any poll vote of the ballot is known, without a past election and with one, and after."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before_polls: Phase = Phase()
    before_polls_past_known: Phase = Phase()
    during_polls: Phase = Phase()

    def phase(self, *, begun: bool, past_known: bool) -> Phase:
        """Return the phase of a count whose polls have begun to report or not, with or without a past election."""
        if begun:
            return self.during_polls
        return self.before_polls_past_known if past_known else self.before_polls


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    provenance: str
    cells: Calibration


def load(override: Path | None = None) -> Calibration:
    """Read ``models/calibration.toml``: of a run with a voter file. One from results alone has its priors' own."""
    return specification.load(_File, "calibration", override).cells


def apply(phase: Phase, ballot: Ballot, votes: Floats) -> Floats:
    """Return draws of the final count spread and moved as the phase says, never below what is counted.

    ``votes``: (choices, draws). A contest's total keeps its mean; one that is all counted is as it was.
    """
    contest = ballot.choices["contest"].to_numpy()
    counted = ballot.choice_votes().sum(axis=1)
    factor = np.where(signs(ballot) != 0, phase.spread_partisan, phase.spread_other)[contest]
    mean = votes.mean(axis=1)
    spread = mean[:, None] + factor[:, None] * (votes - mean[:, None])
    expected, so_far = (np.bincount(contest, part, len(ballot.contests))[contest] for part in (mean, counted))
    share = np.divide(mean, expected, out=np.zeros_like(mean), where=expected > 0)
    start = np.divide(counted, so_far, out=share.copy(), where=so_far > 0)
    moved = spread + ((1.0 - phase.move) * (start - share) * expected)[:, None]
    return np.asarray(np.maximum(moved, counted[:, None]))
