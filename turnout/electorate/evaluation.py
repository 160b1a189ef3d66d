"""How well a propensity model does on an election it has not seen."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from turnout import ethnicity
from turnout.contest import Contest, PropensitySettings
from turnout.electorate import comparable as comparing
from turnout.electorate import features, propensity, scoring, situation, specification
from turnout.electorate.comparable import Comparable
from turnout.electorate.features import WAYS
from turnout.errors import UsageError
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

Floats = npt.NDArray[np.float64]
_ROUNDS = 100


#: Specifications compared, the last being what the others must beat.
MODELS = ("propensity", "propensity-boosted", "propensity-last")


@dataclass(frozen=True)
class Comparison:
    """Specifications tried on the comparable election, each trained on one before it.

    Attributes
    ----------
    trained, tested : dates of the two elections
    scores : ``model`` and the columns of :func:`evaluate`; model 'base rate' knows the totals and nothing else
    groups : ``model, group, way, expected, actual``: voters of each group in each way, with groups' own tilts, and
        the sum of the probabilities of those who did; both with the ethnicity estimated
    """

    trained: dt.date
    tested: dt.date
    scores: pl.DataFrame
    groups: pl.DataFrame


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
    train, test = _elections(workspace, contest)
    trial = _tried(workspace, contest.propensity.model, train, test, None, rng, informed=False)
    untied = trial.chances[trial.row]
    return _scores(untied, _held(untied, trial.totals), trial.way)


def compare(
    workspace: Workspace, contest: Contest, rng: np.random.Generator, models: tuple[str, ...] = MODELS
) -> Comparison:
    """Try specifications as :func:`evaluate` does, and by group. Needs voters, vote_history and ethnicity.

    Raises
    ------
    UsageError
        If the history has no two elections to do it with, or a specification is wrong.
    """
    train, test = _elections(workspace, contest)
    probability = features.groups(workspace)
    informed = ethnicity.election_used(workspace, contest) == train.date
    scores, groups = [], []
    for model in models:
        trial = _tried(workspace, model, train, test, probability, rng, informed=informed)
        untied = trial.chances[trial.row]
        found = _scores(untied, _held(untied, trial.totals), trial.way)
        scores.append(found.select(pl.lit(model).alias("model"), pl.all()))
        groups.append(_by_group(trial).select(pl.lit(model).alias("model"), pl.all()))
    share = trial.totals / trial.totals.sum()
    base = np.tile(np.maximum(share, 1e-12), (len(trial.way), 1))
    scores.append(_scores(base, base, trial.way).select(pl.lit("base rate").alias("model"), pl.all()))
    return Comparison(train.date, test.date, pl.concat(scores), pl.concat(groups))


@dataclass(frozen=True)
class _Trial:
    """A model trained, and the election it is tried on; voters are those eligible then.

    Attributes
    ----------
    chances : (rows, ways) by the estimator
    row, way : (voters,) index of the feature row, and of what the voter did
    tilt : (groups, ways); ones of shape (1, ways) without groups
    probability : (voters, groups); None without groups
    """

    chances: Floats
    row: npt.NDArray[np.int64]
    way: npt.NDArray[np.int64]
    tilt: Floats
    probability: npt.NDArray[np.float32] | None

    @property
    def totals(self) -> Floats:
        """Return how many voted in each way."""
        return np.bincount(self.way, minlength=len(WAYS)).astype(float)


def _elections(workspace: Workspace, contest: Contest) -> tuple[Comparable, Comparable]:
    """Return the election to train on and the one to test on.

    Raises
    ------
    UsageError
        If the history has no two.
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
    return train, test


def _tried(
    workspace: Workspace,
    model: str,
    train: Comparable,
    test: Comparable,
    probability: npt.NDArray[np.float32] | None,
    rng: np.random.Generator,
    *,
    informed: bool,
) -> _Trial:
    spec = specification.load(model)
    with threadpool_limits(limits=1):
        learned = propensity.train(workspace, spec, train, probability, rng, informed=informed)
        scored = features.build(workspace, spec, test.date, test.earlier, learned.turnout)
        chances = propensity.blend(learned, scored, spec)
    eligible = scored.voters["eligible"].to_numpy()
    return _Trial(
        chances,
        scored.row[eligible],
        propensity.way_of(scored.voters["outcome"])[eligible],
        learned.tilt,
        None if probability is None else probability[eligible],
    )


def _by_group(trial: _Trial) -> pl.DataFrame:
    """Return expected beside actual voters by group and way, the chances held to the totals of the election."""
    if trial.probability is None:
        raise ValueError("groups were left out")
    rows = len(trial.chances)
    weight = scoring.sums(trial.row, rows, trial.probability)
    weighed = trial.chances[:, None, :] * trial.tilt[None, :, :]
    scale = np.ones(len(WAYS))
    for _ in range(_ROUNDS):
        held = weighed * scale
        held = held / held.sum(axis=2, keepdims=True)
        expected = np.einsum("rg,rgw->gw", weight, held)
        scale = scale * trial.totals / np.maximum(expected.sum(axis=0), 1e-12)
    actual = np.array([trial.probability[trial.way == way].sum(axis=0, dtype=float) for way in range(len(WAYS))]).T
    return pl.DataFrame(
        {
            "group": np.repeat(GROUPS, len(WAYS)),
            "way": list(WAYS) * len(GROUPS),
            "expected": expected.ravel(),
            "actual": actual.ravel(),
        }
    )


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
