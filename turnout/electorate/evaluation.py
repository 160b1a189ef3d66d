"""How well a propensity model does on an election it has not seen."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
from threadpoolctl import threadpool_limits

from turnout import ethnicity
from turnout.contest import Contest, PropensitySettings
from turnout.electorate import comparable as comparing
from turnout.electorate import features, propensity, situation, specification
from turnout.electorate.comparable import Comparable
from turnout.electorate.features import WAYS, Features
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
    trial = _tried(workspace, contest.propensity.model, train, test, rng, groups=False)
    return _scores(trial, _held(trial.chances, trial))


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
    informed = ethnicity.election_used(workspace, contest)
    scores, groups = [], []
    for model in models:
        trial = _tried(workspace, model, train, test, rng, informed=informed)
        found = _scores(trial, _held(trial.chances, trial))
        called = pl.lit(specification.label(model)).alias("model")
        scores.append(found.select(called, pl.all()))
        groups.append(_by_group(trial).select(called, pl.all()))
    share = trial.totals / trial.totals.sum()
    base = replace(trial, chances=np.tile(np.maximum(share, 1e-12), (len(trial.chances), 1)))
    scores.append(_scores(base, base.chances).select(pl.lit("base rate").alias("model"), pl.all()))
    return Comparison(train.date, test.date, pl.concat(scores), pl.concat(groups))


@dataclass(frozen=True)
class _Trial:
    """A model trained, and the election it is tried on; voters are those eligible then.

    Attributes
    ----------
    chances : (rows, ways) by the estimator, of each feature row
    did : (rows, ways) voters of the row who did so
    tilt : (groups, ways); ones of shape (1, ways) without groups
    weight : (rows, ways, groups) the same by the probabilities of groups; None without groups
    """

    chances: Floats
    did: Floats
    tilt: Floats
    weight: Floats | None

    @property
    def totals(self) -> Floats:
        """Return how many voted in each way."""
        result: Floats = self.did.sum(axis=0)
        return result


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
    rng: np.random.Generator,
    *,
    groups: bool = True,
    informed: dt.date | None = None,
) -> _Trial:
    spec = specification.load(model)
    with threadpool_limits(limits=1):
        known = features.gather(
            workspace,
            features.asked_of(spec, train.date, train.earlier),
            features.asked_of(spec, test.date, test.earlier),
        )
        learned = propensity.train(workspace, spec, train, rng, groups=groups, informed=informed, known=known)
        scored = features.build(workspace, spec, test.date, test.earlier, learned.turnout, known)
        workspace.execute("electorate/described_then", election=test.date)
        chances = propensity.blend(learned, scored, spec)
    return _Trial(chances, scored.did(), learned.tilt, _weight(workspace, scored, test.date) if groups else None)


def _weight(workspace: Workspace, scored: Features, election: dt.date) -> Floats:
    """Voters of each feature row by what they did and group, (rows, ways, groups).

    Raises
    ------
    UsageError
        If a voter has no ethnicity estimate.
    """
    found = workspace.query("electorate/group_sums", election=election, salt=0, parts=1_000_000)
    weight = np.zeros((len(scored.rows), len(WAYS), len(GROUPS)))
    weight[scored.row_of(found["key"]), propensity.way_of(found["outcome"])] = found.select(GROUPS).to_numpy()
    features.require_estimates(round(float(scored.did().sum() - weight.sum())))
    return weight


def _by_group(trial: _Trial) -> pl.DataFrame:
    """Return expected beside actual voters by group and way, the chances held to the totals of the election."""
    if trial.weight is None:
        raise ValueError("groups were left out")
    weight = trial.weight.sum(axis=1)
    weighed = trial.chances[:, None, :] * trial.tilt[None, :, :]
    scale = np.ones(len(WAYS))
    for _ in range(_ROUNDS):
        held = weighed * scale
        held = held / held.sum(axis=2, keepdims=True)
        expected = np.einsum("rg,rgw->gw", weight, held)
        scale = scale * trial.totals / np.maximum(expected.sum(axis=0), 1e-12)
    actual = trial.weight.sum(axis=0).T
    return pl.DataFrame(
        {
            "group": np.repeat(GROUPS, len(WAYS)),
            "way": list(WAYS) * len(GROUPS),
            "expected": expected.ravel(),
            "actual": actual.ravel(),
        }
    )


def _held(chances: Floats, trial: _Trial) -> Floats:
    """Multiply the odds of each way by a factor so that the chances (rows, ways) of all voters sum to the totals."""
    number = trial.did.sum(axis=1)
    scale = np.ones(len(WAYS))
    for _ in range(_ROUNDS):
        held = chances * scale
        held = held / held.sum(axis=1, keepdims=True)
        scale = scale * trial.totals / np.maximum(number @ held, 1e-12)
    result: Floats = np.clip(held, 1e-9, 1 - 1e-9)
    return result


def _scores(trial: _Trial, held: Floats) -> pl.DataFrame:
    """Score chances (rows, ways) by what the voters of each row did."""
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - slow to import, and of no use to a projection

    rows: list[tuple[str, float, float, float | None, float, float, float | None, float | None]] = []
    did, number = trial.did, trial.did.sum(axis=1)
    voters, untied = float(number.sum()), number @ trial.chances
    for index, name in enumerate(WAYS):
        chance, own = held[:, index], did[:, index]
        if 0 < own.sum() < voters:
            outcome = np.repeat([1, 0], len(chance))
            twice, weight = np.tile(chance, 2), np.concatenate([own, number - own])
            slope, intercept = _calibration(twice, outcome, weight)
            loss = -float(weight @ np.where(outcome > 0, np.log(twice), np.log1p(-twice))) / voters
            brier = float(weight @ (outcome - twice) ** 2) / voters
            auc = float(roc_auc_score(outcome, twice, sample_weight=weight))
            rows.append((name, float(untied[index]), float(own.sum()), auc, brier, loss, slope, intercept))
    loss = -float((did * np.log(held)).sum()) / voters
    off = ((np.eye(len(WAYS))[None, :, :] - held[:, None, :]) ** 2).sum(axis=2)
    brier = float((did * off).sum()) / voters
    rows.append(("all", float(untied[:-1].sum()), float(did[:, :-1].sum()), None, brier, loss, None, None))
    names = ["way", "untied", "actual", "auc", "brier", "log_loss", "slope", "intercept"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _calibration(chance: Floats, outcome: npt.NDArray[np.int64], weight: Floats) -> tuple[float, float]:
    """Slope and intercept of the weighted outcome's logit on the predicted one."""
    from scipy.optimize import minimize  # noqa: PLC0415

    logit = np.log(chance / (1 - chance))
    share = weight / weight.sum()

    def loss(beta: Floats) -> tuple[float, Floats]:
        eta = beta[0] * logit + beta[1]
        excess = share * (1 / (1 + np.exp(-eta)) - outcome)
        value = share @ (np.logaddexp(0, eta) - outcome * eta)
        return float(value), np.array([(excess * logit).sum(), excess.sum()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return float(found[0]), float(found[1])
