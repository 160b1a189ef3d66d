"""The habit of voting: a Rasch model of past elections, which differ in how hard they are to turn out for.

P(voter i votes in election e) = σ(θ_i − b_e), θ ~ N(0, s²), over the elections at which i was eligible (Rasch 1960;
marginal maximum likelihood by EM, Bock & Aitkin 1981). Having skipped a special election says little, having voted in
it says much, and the newly registered are not taken for abstainers. So what is learned on one election, with what was
known before it, carries over to the next, when one more election is known. Patterns of voting are few, so a file of
any size costs the same.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(25)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_ROUNDS: Final = 60
#: Habits are rounded to this many logits, so that voters alike share a feature row.
STEP: Final = 0.25


@dataclass(frozen=True)
class Habit:
    """A fitted Rasch model. ``difficulty``: (elections,), latest first; ``spread``: sd of θ."""

    difficulty: Floats
    spread: float

    def posterior(self, pattern: Ints, exposure: Ints) -> Floats:
        """Return weights (voters, nodes) of θ at ``spread`` × the Gauss-Hermite nodes, given patterns of voting.

        Bit k of ``pattern`` says whether the voter voted in the (k+1)-th latest election; the latest ``exposure``
        elections count.
        """
        theta = self.spread * _NODES
        log_weight = np.tile(np.log(_WEIGHTS), (len(pattern), 1))
        for rank, difficulty in enumerate(self.difficulty):
            voted = (pattern >> rank & 1).astype(bool)
            chance = -np.logaddexp(0, -np.where(voted[:, None], 1, -1) * (theta - difficulty))
            log_weight += np.where((exposure > rank)[:, None], chance, 0)
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        normalised: Floats = weight / weight.sum(axis=1, keepdims=True)
        return normalised

    def logit(self, pattern: Ints, exposure: Ints, count: Floats, turnout: float) -> Floats:
        """Return the logit of each voter's chance of voting in an election of which ``turnout`` is the mean chance.

        ``count`` weighs the voters in that mean. Rounded to :data:`STEP`, within ±8.
        """
        weight = self.posterior(pattern, exposure)
        turnout = float(np.clip(turnout, 1e-4, 1 - 1e-4))
        low, high = -20.0, 20.0
        for _ in range(50):
            difficulty = (low + high) / 2
            chance = weight @ _sigmoid(self.spread * _NODES - difficulty)
            if float(count @ chance) > turnout * float(count.sum()):
                low = difficulty
            else:
                high = difficulty
        chance = np.clip(chance, 1e-6, 1 - 1e-6)
        rounded: Floats = np.clip(np.round(np.log(chance / (1 - chance)) / STEP) * STEP, -8, 8)
        return rounded


def fit(pattern: Ints, exposure: Ints, count: Floats, elections: int) -> Habit:
    """Fit the model to distinct patterns, each of ``count`` voters, by EM from b = −logit(turnout), s = 1.5."""
    voted = (pattern[:, None] >> np.arange(elections) & 1) * count[:, None]
    exposed = (exposure[:, None] > np.arange(elections)) * count[:, None]
    share = (voted.sum(axis=0) + 1) / (exposed.sum(axis=0) + 2)
    habit = Habit(-1.3 * np.log(share / (1 - share)), 1.5)
    for _ in range(_ROUNDS if elections else 0):
        weight = habit.posterior(pattern, exposure)
        theta = habit.spread * _NODES
        number = exposed.T @ weight
        chance = _sigmoid(theta - habit.difficulty[:, None])
        excess = (number * chance).sum(axis=1) - voted.sum(axis=0)
        step = excess / np.maximum((number * chance * (1 - chance)).sum(axis=1), 1e-9)
        spread = np.sqrt(float(count @ (weight @ theta**2)) / max(float(count.sum()), 1e-9))
        habit = Habit(np.clip(habit.difficulty + np.clip(step, -1, 1), -12, 12), float(np.clip(spread, 0.3, 4.0)))
    return habit


def _sigmoid(x: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-x))
    return result
