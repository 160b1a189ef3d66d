"""How well a propensity model does on an election it has not seen."""

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from turnout.contest import Contest, PropensitySettings
from turnout.electorate import comparable as comparing
from turnout.electorate import features, propensity, situation, specification
from turnout.electorate.features import WAYS
from turnout.errors import UsageError
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
_ROUNDS = 100


def evaluate(workspace: Workspace, contest: Contest, rng: np.random.Generator) -> pl.DataFrame:
    """Train on the second-last comparable election, test on the last.

    As in a projection, chances are held to the totals of the election tested (four factors, one a way), so what is
    scored is who votes and how, not how many. Groups are left out.

    Returns
    -------
    Frame ``way, untied, actual, auc, brier, log_loss, slope, intercept``, one row a way of voting that occurs and one
    for ``all``: voters predicted before the totals are known, and those who did; area under the ROC curve; Brier
    score and log loss a voter (of the way against the others, or of all ways); slope and intercept of the logistic
    regression of the outcome on the predicted logit, 1 and 0 when calibrated. ``auc``, ``slope`` and ``intercept``
    are null for ``all``.

    Raises
    ------
    UsageError
        If the history has no two elections to do it with.
    """
    spec = specification.load(contest.propensity.model)
    now = situation.see(workspace, contest)
    past = comparing.elections(workspace, now.date)
    least = max(30, int(spec.training.least_share * now.voters))
    test = comparing.choose(contest, now.date, past, least)
    unnamed = contest.model_copy(update={"propensity": PropensitySettings(model=contest.propensity.model)})
    before = past.filter(pl.col("election_date") < test.date) if test else past.clear()
    train = comparing.choose(unnamed, test.date, before, least) if test else None
    if test is None or train is None:
        raise UsageError("vote_history: an out-of-sample check needs two past elections with enough votes.")
    with threadpool_limits(limits=1):
        learned = propensity.train(workspace, spec, train, None, rng)
        scored = features.build(workspace, spec, test.date, test.earlier, learned.turnout)
        chances = propensity.blend(learned, scored, spec)[scored.row]
    eligible = scored.voters["eligible"].to_numpy()
    way = propensity.way_of(scored.voters["outcome"])[eligible]
    untied = chances[eligible]
    return _scores(untied, _held(untied, np.bincount(way, minlength=len(WAYS)).astype(float)), way)


def _held(chances: Floats, totals: Floats) -> Floats:
    """Multiply the odds of each way by a factor so that chances sum to ``totals``."""
    scale = np.ones(len(totals))
    for _ in range(_ROUNDS):
        held = chances * scale
        held = held / held.sum(axis=1, keepdims=True)
        scale = scale * totals / np.maximum(held.sum(axis=0), 1e-12)
    result: Floats = np.clip(held, 1e-9, 1 - 1e-9)
    return result


def _scores(untied: Floats, held: Floats, way: npt.NDArray[np.int64]) -> pl.DataFrame:
    rows: list[tuple[str, float, float, float | None, float, float, float | None, float | None]] = []
    did = np.eye(len(WAYS))[way]
    for index, name in enumerate(WAYS):
        outcome, chance = did[:, index], held[:, index]
        if 0 < outcome.sum() < len(outcome):
            slope, intercept = _calibration(chance, outcome)
            loss = -float(np.where(outcome > 0, np.log(chance), np.log1p(-chance)).mean())
            brier = float(((outcome - chance) ** 2).mean())
            auc = float(roc_auc_score(outcome, chance))
            rows.append((name, untied[:, index].sum(), outcome.sum(), auc, brier, loss, slope, intercept))
    loss = -float(np.log(held[np.arange(len(way)), way]).mean())
    brier = float(((did - held) ** 2).sum(axis=1).mean())
    rows.append(("all", untied[:, :-1].sum(), float((way < len(WAYS) - 1).sum()), None, brier, loss, None, None))
    names = ["way", "untied", "actual", "auc", "brier", "log_loss", "slope", "intercept"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _calibration(chance: Floats, outcome: Floats) -> tuple[float, float]:
    """Slope and intercept of the outcome's logit on the predicted one."""
    logit = np.log(chance / (1 - chance))

    def loss(beta: Floats) -> tuple[float, Floats]:
        eta = beta[0] * logit + beta[1]
        excess = 1 / (1 + np.exp(-eta)) - outcome
        value = (np.logaddexp(0, eta) - outcome * eta).mean()
        return float(value), np.array([(excess * logit).mean(), excess.mean()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return float(found[0]), float(found[1])
