"""Support by group, inferred from precinct returns and the make-up of each precinct's voters.

A multinomial logit: a voter of group *h* chooses the candidate in position *c* with probability
``π_hc ∝ exp(α_c + β_parent(h),c + β_hc)``, and a precinct's expected shares are the mean over its voters,
``p_uc = Σ_h w_uh π_hc``. This is ecological inference: what it says of a group rests on how precincts with many of
the group voted. Its uncertainty is drawn, and the result is marked as inferred wherever it shows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from turnout.projection import specification
from turnout.vocabulary import GROUPS, PARENT

Floats = NDArray[np.float64]

_ITERATIONS: Final = 50
_PARENTS: Final = tuple(dict.fromkeys(PARENT.values()))


class SupportSpec(BaseModel):
    """Priors of the support model, as ``models/support.toml`` states them (standard deviations in logits)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    provenance: str
    intercept_sd: float = Field(gt=0)
    group_sd: float = Field(gt=0)
    parent_sd: float = Field(gt=0)
    precinct_carry: float = Field(ge=0, le=1)
    """How much of a precinct's early deviation from its groups' support is expected again at the polls."""
    refits: int = Field(ge=1)
    """Fits under redrawn compositions, which carry the ethnicity estimate's uncertainty into support."""

    @classmethod
    def load(cls, override: Path | None = None) -> "SupportSpec":
        """Read ``models/support.toml``."""
        return specification.load(cls, "support", override)


@dataclass(frozen=True)
class SupportFit:
    """A fitted support model of one contest.

    Attributes
    ----------
    theta : (effects, positions − 1) maximum a posteriori effects
    covariance_root : (effects × (positions − 1), same) such that ``theta + root @ z`` is a draw
    dispersion : Pearson χ² per degree of freedom, at least 1
    precinct : (units, positions − 1) what is left of each unit's early logits, shrunk; position 0 is the reference
    precinct_sd : sd of what is left, in logits
    """

    theta: Floats
    covariance_root: Floats
    dispersion: float
    precinct: Floats
    precinct_sd: float

    def draw(self, draws: int, rng: np.random.Generator) -> Floats:
        """Draws of support by group, shape (draws, groups, positions), each row a distribution."""
        z = rng.standard_normal((draws, self.theta.size))
        theta = self.theta.reshape(-1) + z @ self.covariance_root.T
        return support_of(theta.reshape(draws, *self.theta.shape))


def fit(votes: Floats, composition: Floats, spec: SupportSpec, start: Floats | None = None) -> SupportFit:
    """Fit support by group to the votes of one contest, by Fisher scoring on the penalised likelihood.

    Parameters
    ----------
    votes : (units, positions) votes counted, at whatever grain the returns have
    composition : (units, groups) expected voters of those votes by group; rows need not sum to the votes
    spec : priors
    start : (effects, positions − 1) effects to start from
    """
    weights = composition / np.maximum(composition.sum(axis=1, keepdims=True), 1e-12)
    theta = np.zeros((design().shape[1], votes.shape[1] - 1)) if start is None else start
    penalty = np.tile(_prior_precision(spec)[:, None], (1, theta.shape[1])).reshape(-1)
    dispersion = 1.0
    for _ in range(2):
        theta = _score(theta, votes, weights, penalty, dispersion)
        dispersion = _dispersion(theta, votes, weights)
    information = _information(theta, votes, weights)[1] / dispersion + np.diag(penalty)
    root = np.linalg.cholesky(np.linalg.inv(information))
    precinct, sd = _precinct_effects(theta, votes, weights, dispersion)
    return SupportFit(theta, root, dispersion, precinct, sd)


def support_of(theta: Floats) -> Floats:
    """Support by group from effects: (…, effects, positions − 1) → (…, groups, positions)."""
    eta = design() @ theta
    eta = np.concatenate([np.zeros((*eta.shape[:-1], 1)), eta], axis=-1)
    eta = np.exp(eta - eta.max(axis=-1, keepdims=True))
    return np.asarray(eta / eta.sum(axis=-1, keepdims=True))


def design() -> Floats:
    """Which effects each group's logit adds up, shape (groups, 1 + parents + groups)."""
    parents = [[float(PARENT.get(group) == parent) for parent in _PARENTS] for group in GROUPS]
    return np.hstack([np.ones((len(GROUPS), 1)), np.array(parents), np.eye(len(GROUPS))])


def _prior_precision(spec: SupportSpec) -> Floats:
    sd = np.concatenate(
        [[spec.intercept_sd], np.full(len(_PARENTS), spec.parent_sd), np.full(len(GROUPS), spec.group_sd)]
    )
    return np.asarray(sd**-2.0)


def _score(theta: Floats, votes: Floats, weights: Floats, penalty: Floats, dispersion: float) -> Floats:
    """Fisher scoring with step halving until the penalised likelihood stops rising."""

    def objective(candidate: Floats) -> float:
        share = np.maximum(weights @ support_of(candidate), 1e-12)
        return float((votes * np.log(share)).sum() / dispersion - 0.5 * (penalty * candidate.reshape(-1) ** 2).sum())

    value = objective(theta)
    for _ in range(_ITERATIONS):
        gradient, information = _information(theta, votes, weights)
        flat = theta.reshape(-1)
        step = np.linalg.solve(
            information / dispersion + np.diag(penalty), gradient / dispersion - penalty * flat
        ).reshape(theta.shape)
        size = 1.0
        while size > 1e-4 and objective(theta + size * step) < value:
            size /= 2
        new = objective(theta + size * step)
        if new <= value:
            break
        theta, gain, value = theta + size * step, new - value, new
        if gain < 1e-8 * (1 + abs(value)):
            break
    return theta


def _information(theta: Floats, votes: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Gradient of the log likelihood and its Fisher information, over flattened effects."""
    support = support_of(theta)
    share = np.maximum(weights @ support, 1e-12)
    free = support[:, 1:]
    # dπ_hc/dη_hd = π_hc (1[c=d] − π_hd); d over the free positions
    slope = support[:, :, None] * (np.eye(support.shape[1])[:, 1:][None] - free[:, None, :])
    jacobian = np.einsum("uh,he,hcd->uced", weights, design(), slope, optimize=True)
    jacobian = jacobian.reshape(*share.shape, -1)
    gradient = np.einsum("uc,uce->e", votes / share, jacobian, optimize=True)
    total = votes.sum(axis=1, keepdims=True)
    information = np.einsum("uce,ucf->ef", jacobian * (total / share)[:, :, None], jacobian, optimize=True)
    return np.asarray(gradient), np.asarray(information)


def _dispersion(theta: Floats, votes: Floats, weights: Floats) -> float:
    total = votes.sum(axis=1, keepdims=True)
    expected = np.maximum(total * (weights @ support_of(theta)), 1e-9)
    chi2 = (((votes - expected) ** 2) / expected).sum()
    freedom = max((votes.sum(axis=1) > 0).sum() * (votes.shape[1] - 1) - theta.shape[1] * 3, 1)
    return float(max(chi2 / freedom, 1.0))


def _precinct_effects(theta: Floats, votes: Floats, weights: Floats, dispersion: float) -> tuple[Floats, float]:
    """Shrunken residual logits of each unit against position 0, and the sd they have between units."""
    share = np.maximum(weights @ support_of(theta), 1e-9)
    total = votes.sum(axis=1, keepdims=True)
    information = total * share[:, 1:] * (1.0 - share[:, 1:])
    typical = float(np.median(information[total[:, 0] > 0])) if (total > 0).any() else 1.0
    between = max(dispersion - 1.0, 0.0) / max(typical, 1.0)
    smooth = (votes + share) / (total + 1.0)
    residual = np.log(smooth[:, 1:] / smooth[:, :1]) - np.log(share[:, 1:] / share[:, :1])
    shrink = information * between / (1.0 + information * between)
    return np.asarray(np.clip(residual, -3, 3) * shrink), float(np.sqrt(between))
