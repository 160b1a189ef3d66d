"""Each voter's chance of each way of voting, by a scikit-learn estimator, and how groups depart from it.

The estimator sees no ethnicity. It gives q_c(x) = P(way c | features x) for the comparable election; a group h then
multiplies the odds of way c by T[h, c], learned by EM on that election (BIRDiE: McCartan, Fisher, Goldin, Ho & Imai
2025), since a voter's group is known as probabilities only:

    P(c | x, h) = q_c(x) T[h, c] / Σ_k q_k(x) T[h, k]
    E: r_ih ∝ p_ih P(y_i | x_i, h)      M: T[h, c] *= (Σ_i r_ih 1{y_i = c} + a) / (Σ_i r_ih P(c | x_i, h) + a)

The plain product p_ih × q_c(x_i) would give every group the average's turnout within a feature row.

Where the ethnicity estimate has used how people voted in that very election, p_ih knows y_i already; the E step would
count it twice and drive the groups apart. Then r = p.
"""

import datetime as dt
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from turnout.electorate import features
from turnout.electorate.comparable import Comparable
from turnout.electorate.features import WAY_OF_CODE, WAYS, Features
from turnout.electorate.situation import several
from turnout.electorate.specification import NUMBERS, Specification, Training
from turnout.errors import UsageError
from turnout.vocabulary import GROUPS
from turnout.workspace import Workspace

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: The sample that groups' departures are learned from is taken in so many parts.
_PARTS = 1_000_000
_ROUNDS = 15
#: What elections learned from weigh, the most comparable first: each half of the one before it.
WEIGHTS = (1.0, 0.5, 0.25, 0.125)


@dataclass(frozen=True)
class Propensity:
    """A fitted propensity.

    Attributes
    ----------
    pipeline : the fitted scikit-learn pipeline; None where everyone did the same
    tilt : (groups, ways) odds multipliers T, columns as WAYS
    totals : (ways,) what the eligible of the file did in the election learned from
    turnout : share of them that voted
    before : number of elections before it; with none, ``blend`` has to bring in what voters did
    """

    pipeline: "Pipeline | None"
    tilt: Floats
    totals: Floats
    turnout: float
    before: int

    def chances(self, rows: pl.DataFrame) -> Floats:
        """Return q (rows, ways) for distinct feature rows; every row sums to one, and nothing is below 1e-7."""
        result = np.zeros((len(rows), len(WAYS)))
        if self.pipeline is None:
            result[:] = self.totals / self.totals.sum()
        elif len(rows):
            result[:, self.pipeline.classes_.astype(int)] = self.pipeline.predict_proba(_matrix(rows))
        result = np.maximum(result, 1e-7)
        normalised: Floats = result / result.sum(axis=1, keepdims=True)
        return normalised


@dataclass(frozen=True)
class Lesson:
    """The voters eligible in an election learned from, by rows of features; each stands in ``described_then``.

    Attributes
    ----------
    date : of the election
    key : (rows,) key of the row
    chances : (rows, ways) by the estimator
    eligible : how many voters
    """

    date: dt.date
    key: Ints
    chances: Floats
    eligible: int


def train(
    workspace: Workspace,
    specification: Specification,
    comparable: Comparable,
    rng: np.random.Generator,
    *,
    groups: bool = True,
    informed: dt.date | None = None,
    known: features.Known | None = None,
) -> Propensity:
    """Fit the specified estimator, and learn how groups depart from it; parameters are those of the two.

    Without ``groups`` nothing is learned of how they depart.

    Raises
    ------
    UsageError
        If scikit-learn refuses a hyper-parameter.
    """
    untilted, lessons = fit(workspace, specification, comparable, rng, known)
    if not groups:
        return untilted
    tilt = departures(workspace, specification.training, lessons, draw_salt(rng), informed=informed)
    return replace(untilted, tilt=tilt)


def draw_salt(rng: np.random.Generator) -> int:
    """Return a number that chooses whom departures are learned from; what ``rng`` draws after is the same without."""
    return int(rng.spawn(1)[0].integers(2**31))


def fit(
    workspace: Workspace,
    specification: Specification,
    comparable: Comparable,
    rng: np.random.Generator,
    known: features.Known | None = None,
) -> tuple[Propensity, tuple[Lesson, ...]]:
    """Fit the estimator on what the file's voters did in the comparable election, and those named besides.

    Groups are left out. Of each election those eligible then count, with what was known of them the day before it;
    they are put in ``described_then``. Elections after the first weigh less (:data:`WEIGHTS`) and are brought to its
    level: voters who did the same are weighted so that as many as in the first did so, which in a logit changes the
    intercepts alone (Prentice & Pyke 1979). ``known`` is that of :func:`turnout.electorate.features.build`.

    Raises
    ------
    UsageError
        If scikit-learn refuses a hyper-parameter.
    """
    workspace.execute("electorate/forget_then")
    elections, seen = (comparable, *comparable.also), list[Features]()
    for one in elections:
        level = seen[0].turnout if seen else None
        seen.append(features.build(workspace, specification, one.date, one.earlier, level, known))
        workspace.execute("electorate/described_then", election=one.date)
    counts = [each.did() for each in seen]
    totals = counts[0].sum(axis=0)
    did = np.vstack(
        [
            weight * count * (totals / np.maximum(count.sum(axis=0), 1))
            for weight, count in zip(WEIGHTS, counts, strict=False)
        ]
    )
    pipeline = _fit(specification, pl.concat(each.rows for each in seen), did, rng)
    fitted = Propensity(pipeline, np.ones((1, len(WAYS))), totals, seen[0].turnout, seen[0].elections)
    return fitted, tuple(
        Lesson(one.date, each.key, fitted.chances(each.rows), each.eligible)
        for one, each in zip(elections, seen, strict=True)
    )


def departures(
    workspace: Workspace, training: Training, lessons: Sequence[Lesson], salt: int, *, informed: dt.date | None
) -> Floats:
    """Learn T (groups, ways) from the voters the estimator was fitted on, and their ethnicity estimates.

    Parameters
    ----------
    lessons : the elections learned from, the first counting most
    salt : chooses the voters, where there are more than it takes
    informed : the election on whose ways of voting the estimates rest
    """
    return pooled([_tilt(workspace, training, one, salt, informed=informed == one.date) for one in lessons])


def _tilt(workspace: Workspace, training: Training, lesson: Lesson, salt: int, *, informed: bool) -> Floats:
    """Learn T of one election."""
    if informed:
        parts = _parts(training.tilt_rows, lesson.eligible)
        found = workspace.query("electorate/group_sums", election=lesson.date, salt=salt, parts=parts)
        weight = np.zeros((len(lesson.key), len(WAYS), len(GROUPS)))
        row = features.rows_of(lesson.key, found["key"])
        weight[row, way_of(found["outcome"])] = found.select(GROUPS).to_numpy()
        return tilt_of_sums(lesson.chances, weight, training.group_tilt_prior * float(weight.sum()))
    parts = _parts(training.max_rows, lesson.eligible)
    sampled = workspace.query("electorate/sampled", election=lesson.date, salt=salt, parts=parts)
    chances = lesson.chances[features.rows_of(lesson.key, sampled["key"])]
    probability = sampled.select(GROUPS).to_numpy().astype(float)
    prior = training.group_tilt_prior * len(sampled)
    return group_tilt(chances, way_of(sampled["outcome"]), probability, prior)


def pooled(tilts: list[Floats]) -> Floats:
    """Pool the T of several elections, the first's level kept: a mean of their logs with :data:`WEIGHTS`.

    A later election's own turnout lifts or lowers all its T alike, which says nothing of groups: each column is
    brought to the first's mean.
    """
    weights = np.array(WEIGHTS[: len(tilts)])
    logs = np.log(np.array(tilts))
    logs += (logs[0].mean(axis=0) - logs.mean(axis=1))[:, None, :]
    mean: Floats = np.exp(np.tensordot(weights / weights.sum(), logs, axes=1))
    return mean


def _parts(most: int, voters: int) -> int:
    """Return the parts, in a million, of voters of whom ``most`` are to be taken."""
    return min(math.ceil(_PARTS * most / max(voters, 1)), _PARTS)


def group_tilt(chances: Floats, way: Ints, probability: Floats, prior: float) -> Floats:
    """Learn T (groups, ways) by EM: q (voters, ways), the way each voted, and p (voters, groups).

    ``prior`` is voters' worth of "no difference" for each group and way. Columns are relative to not voting.
    """
    tilt = np.ones((probability.shape[1], chances.shape[1]))
    did = np.eye(chances.shape[1])[way]
    for _ in range(_ROUNDS):
        norm = chances @ tilt.T
        share = probability * (did @ tilt.T) / norm
        share /= share.sum(axis=1, keepdims=True)
        tilt = _moved(tilt, share.T @ did, (share / norm).T @ chances * tilt, prior)
    return tilt


def tilt_of_sums(chances: Floats, weight: Floats, prior: float) -> Floats:
    """Learn T (groups, ways) where p knows the way each voted: then sums over the voters of a feature row suffice.

    ``chances`` (rows, ways); ``weight`` (rows, ways, groups) the sums of p of those who did so; ``prior`` as above.
    """
    tilt = np.ones((weight.shape[2], chances.shape[1]))
    observed, share = weight.sum(axis=0).T, weight.sum(axis=1)
    for _ in range(_ROUNDS):
        tilt = _moved(tilt, observed, (share / (chances @ tilt.T)).T @ chances * tilt, prior)
    return tilt


def _moved(tilt: Floats, observed: Floats, expected: Floats, prior: float) -> Floats:
    tilt = tilt * (observed + prior) / (expected + prior)
    result: Floats = tilt / tilt[:, [-1]]
    return result


def blend(propensity: Propensity, scored: Features, specification: Specification) -> Floats:
    """Return q (rows, ways) for scoring, mixing in what a voter did where nothing earlier taught the model how.

    With a single past election the estimator has seen no history, so habit has no coefficient. Then
    q = (1 − w) q + w 1{what the voter did in that election}, w the specification's ``persistence``; its
    features must tell it apart (``latest`` or ``last_way``), or nothing is mixed in.
    """
    chances = propensity.chances(scored.rows)
    column = next((name for name in ("last_way", "latest") if name in scored.rows.columns), None)
    if propensity.before or scored.elections == 0 or column is None:
        return chances
    code = scored.rows[column].to_numpy().astype(int)
    if column == "latest":
        code = np.maximum(code - 1, 0)
    weight = specification.training.persistence
    mixed: Floats = (1 - weight) * chances + weight * np.eye(len(WAYS))[WAY_OF_CODE[code]]
    return mixed


def _fit(
    specification: Specification, features_of: pl.DataFrame, did: Floats, rng: np.random.Generator
) -> "Pipeline | None":
    """Fit on distinct (feature row, way) pairs weighted by voters; a systematic sample of them if they are many."""
    from turnout.electorate.estimators import ConvergenceWarning, InvalidParameterError  # noqa: PLC0415

    distinct = np.flatnonzero(did)
    weight = did.ravel()[distinct]
    if (excess := weight.sum() / specification.training.max_rows) > 1:
        ends = np.floor((np.cumsum(weight) + rng.random() * excess) / excess)
        weight = np.diff(ends, prepend=0.0) * excess
        distinct, weight = distinct[weight > 0], weight[weight > 0]
    if len(np.unique(distinct % len(WAYS))) < 2:
        return None
    pipeline = specification.pipeline(int(rng.integers(2**31)))
    rows = _matrix(features_of[distinct // len(WAYS)])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            pipeline.fit(rows, distinct % len(WAYS), estimator__sample_weight=weight)
    except InvalidParameterError as error:
        raise UsageError(f"models: hyper_parameters: {error}") from None
    return pipeline


def _matrix(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col(name).cast(pl.Float64 if name in NUMBERS else pl.Int64) for name in rows.columns)


def way_of(outcome: pl.Series) -> Ints:
    """Index in WAYS of coded outcomes."""
    way: Ints = WAY_OF_CODE[outcome.to_numpy()]
    return way


def learned_from(comparable: Comparable, propensity: Propensity) -> str:
    """One sentence on what the propensity rests on."""
    voted = propensity.totals[:-1]
    ways = ", ".join(f"{count:,.0f} {way}" for way, count in zip(WAYS, voted, strict=False) if count)
    ways = ways if comparable.modes else f"{voted.sum():,.0f}, how is not said"
    before = several(propensity.before, "earlier election") if propensity.before else "no earlier election"
    return (
        f"Learned from {comparable.date}, in which {propensity.turnout:.1%} of those in the file and eligible then "
        f"voted ({ways}), with what was known of them from {before}."
    )
