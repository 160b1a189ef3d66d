"""Draws of the final count: what is counted, and for every row that is not, how many more and how they divide."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import sparse

from turnout.projection import calibration
from turnout.projection.ballot import LATE, POLL, Ballot, Flags, Floats, Integers
from turnout.projection.calibration import Phase
from turnout.projection.hierarchy import GaussianHierarchy
from turnout.projection.late import LateSpec
from turnout.projection.polls import Expectation, Splits
from turnout.projection.positions import Positions, from_splits

#: Component names of what is drawn here.
SAMPLING: Final = "sampling"
TURNOUT_TOTAL: Final = "turnout total"
MODE_SHIFT: Final = "mode shift"

#: No row's poll vote is expected beyond e^±3 times what its offset says: a guard against a handful of early votes.
_WIDEST: Final = 3.0


@dataclass(frozen=True)
class Model:
    """Everything that is needed to draw the final count of a ballot."""

    ballot: Ballot
    positions: Positions
    expectation: Expectation
    turnout: GaussianHierarchy
    shift: GaussianHierarchy
    splits: Splits
    late: LateSpec
    late_sd: float
    """Sd of the log of the late tranche's total."""
    phase: Phase
    """How the draws are calibrated at this point of the count."""
    specs: tuple[str, str]
    """Names of the turnout and the shift hierarchy in ``models/``."""

    def draw(
        self,
        draws: int,
        rng: np.random.Generator,
        components: Collection[str] | None = None,
        contests: Collection[int] | None = None,
    ) -> Floats:
        """Draws of every choice's final votes, shape (choices, draws).

        ``components`` names the parts of the uncertainty that are drawn, all others being held at their mean; None
        draws all. ``contests`` numbers those that are asked for, the others keeping what is counted; None: all.
        """
        expectation = self.expectation if components is None else self.expectation.only(components)
        turnout = self.turnout.draw_effects(draws, rng, components)
        shift = self.shift.draw_effects(draws, rng, components)
        late_total = rng.standard_normal(draws) * (self.late_sd if _varies(TURNOUT_TOTAL, components) else 0.0)
        late_shift_sd = self.late.shift_sd if _varies(MODE_SHIFT, components) else 0.0
        outstanding = self.ballot.outstanding()
        added = np.zeros((self.ballot.choices.height, draws))
        for contest, rows in enumerate(_rows_by_contest(self.ballot)):
            if contests is not None and contest not in contests:
                continue
            open_rows = rows[outstanding[rows].any(axis=1)]
            late_shift = rng.standard_normal((self.positions.most, draws)) * late_shift_sd
            if len(open_rows):
                votes = _Votes(self, expectation, open_rows, turnout, shift, rng, components)
                to_come = votes.final(outstanding[open_rows], late_total, late_shift)
                self._hand_out(added, contest, votes.counties, to_come)
        votes = self.ballot.choice_votes().sum(axis=1)[:, None] + added
        return calibration.apply(self.phase, self.ballot, votes)

    def _hand_out(self, added: Floats, contest: int, counties: Integers, votes: Floats) -> None:
        """Give the votes of a contest's positions in some counties, (positions, counties, draws), to its choices."""
        first, stop = np.searchsorted(self._contest_of_choice, [contest, contest + 1])
        parts = self.positions.parts[first:stop][:, counties].toarray()
        added[first:stop] = np.einsum("cp,cpd->cd", parts, votes[self.positions.position[first:stop]])

    @cached_property
    def _contest_of_choice(self) -> Integers:
        return self.ballot.choices["contest"].to_numpy()


class _Votes:
    """Draws of the votes still to come in some rows of one contest."""

    def __init__(
        self,
        model: Model,
        expectation: Expectation,
        rows: Integers,
        turnout: Floats,
        shift: Floats,
        rng: np.random.Generator,
        components: Collection[str] | None,
    ) -> None:
        self.model, self.expectation, self.rows, self.rng, self.components = model, expectation, rows, rng, components
        self.draws = turnout.shape[1]
        self.count = int(model.positions.counts[model.ballot.row_contest[rows[0]]])
        self.counties, county = np.unique(model.ballot.county_in_contest[rows], return_inverse=True)
        self.by_county = sparse.csr_array((np.ones(len(rows)), (county, np.arange(len(rows)))))
        deviation = model.turnout.draw_rows(rows, turnout, rng, components)
        self.deviation = np.clip(deviation, -_WIDEST, _WIDEST)
        self.shift = [self._shift(split, shift) for split in range(1, self.count)]

    def final(self, outstanding: Flags, late_total: Floats, late_shift: Floats) -> Floats:
        """Votes to come by position and county of the rows: shape (positions, counties, draws)."""
        added = np.zeros((self.count, len(self.counties), self.draws))
        poll, late = outstanding[:, POLL], outstanding[:, LATE]
        if poll.any():
            votes = np.exp(self.expectation.count_draws(self.rows, POLL) + self.deviation) * poll[:, None]
            self._add(added, votes, self.shift, POLL)
        if late.any():
            share = self.model.late.shift_share
            shift = [share * own + late_shift[split + 1] for split, own in enumerate(self.shift)]
            votes = np.exp(self._late_counts() + late_total) * late[:, None]
            self._add(added, votes, shift, LATE)
        return added

    def _late_counts(self) -> Floats:
        if not self.expectation.late_with_poll:
            return self.expectation.count_draws(self.rows, LATE)
        ratio = self.expectation.log_late[self.rows] - self.expectation.log_poll[self.rows]
        return np.asarray(self.expectation.count_draws(self.rows, POLL) + self.deviation + ratio[:, None])

    def _add(self, added: Floats, votes: Floats, shift: list[Floats], tranche: int) -> None:
        logits = [
            self.expectation.logit_draws(self.rows, split, tranche) + shift[split - 1]
            for split in range(1, self.count)
        ]
        shares = from_splits(logits) if logits else [np.ones_like(votes)]
        own = np.stack([self.by_county @ (votes * share) for share in shares])
        if _varies(SAMPLING, self.components):
            self._sample(own)
        added += own

    def _sample(self, added: Floats) -> None:
        """Binomial noise of one tranche's sums, split by split, as a normal: what remains when chances are known."""
        for split in range(len(added) - 1, 0, -1):
            together = added[: split + 1].sum(axis=0)
            own = np.clip(added[split], 0, None)
            sd = np.sqrt(own * np.clip(together - own, 0, None) / np.maximum(together, 1.0))
            moved = np.clip(sd * self.rng.standard_normal(own.shape), -own, together - own)
            rest = np.maximum(together - own, 1e-9)
            added[:split] *= np.clip((rest - moved) / rest, 0, None)
            added[split] = own + moved

    def _shift(self, split: int, effects: Floats) -> Floats:
        entries = self.model.splits.entries(split, self.rows)
        return self.model.shift.draw_rows(entries, effects, self.rng, self.components)


def _varies(component: str, components: Collection[str] | None) -> bool:
    return components is None or component in components


def _rows_by_contest(ballot: Ballot) -> list[Integers]:
    cuts = np.searchsorted(ballot.row_contest, np.arange(1, len(ballot.contests)))
    return np.split(np.arange(ballot.rows), cuts)


def contest_sums(ballot: Ballot) -> sparse.csr_array:
    """Matrix that sums over the choices of each contest, shape (contests, choices)."""
    contest = ballot.choices["contest"].to_numpy()
    return sparse.csr_array((np.ones(len(contest)), (contest, np.arange(len(contest)))))
