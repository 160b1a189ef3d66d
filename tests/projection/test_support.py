"""Support by group: recovered where precincts differ, open where they do not."""

import numpy as np
import pytest

from turnout.projection.support import SupportSpec, fit, support_of
from turnout.vocabulary import GROUPS

SPEC = SupportSpec.load()
KOREAN, LATINO, WHITE = (GROUPS.index(name) for name in ("korean", "latino", "white"))


def electorate(precincts: int, rng: np.random.Generator) -> np.ndarray:
    composition = np.zeros((precincts, len(GROUPS)))
    composition[:, [KOREAN, LATINO, WHITE]] = rng.dirichlet([0.5, 1.0, 1.0], precincts) * 400
    return composition


def test_recovers_groups_that_precincts_tell_apart() -> None:
    rng = np.random.default_rng(2)
    composition = electorate(200, rng)
    support = np.zeros((len(GROUPS), 2))
    support[[KOREAN, LATINO, WHITE], 1] = [0.92, 0.25, 0.45]
    share = (composition @ support[:, 1]) / composition.sum(axis=1)
    own = rng.binomial(400, share)
    fitted = fit(np.column_stack([400 - own, own]).astype(float), composition, SPEC)
    draws = fitted.draw(2000, rng)
    for group, value in ((KOREAN, 0.92), (LATINO, 0.25), (WHITE, 0.45)):
        low, high = np.quantile(draws[:, group, 1], [0.01, 0.99])
        assert low <= value <= high
        assert high - low < 0.12
    assert fitted.dispersion < 1.3


def test_a_group_nobody_belongs_to_is_left_open() -> None:
    rng = np.random.default_rng(3)
    composition = electorate(50, rng)
    votes = np.column_stack([rng.binomial(400, 0.5, 50)] * 2).astype(float)
    black = fit(votes, composition, SPEC).draw(2000, rng)[:, GROUPS.index("black"), 1]
    assert black.std() > 0.15


def test_one_number_for_the_district_cannot_tell_groups_apart() -> None:
    rng = np.random.default_rng(4)
    composition = electorate(1, rng)
    draws = fit(np.array([[5000.0, 5000.0]]), composition, SPEC).draw(4000, rng)
    whole = (draws[:, :, 1] * composition[0]).sum(axis=1) / composition.sum()
    assert whole.mean() == pytest.approx(0.5, abs=0.02)
    assert draws[:, KOREAN, 1].std() > 0.1


def test_three_candidates_and_precinct_noise() -> None:
    rng = np.random.default_rng(5)
    composition = electorate(150, rng)
    weights = composition / composition.sum(axis=1, keepdims=True)
    truth = np.full((len(GROUPS), 3), 1 / 3)
    truth[KOREAN], truth[LATINO] = (0.1, 0.8, 0.1), (0.6, 0.1, 0.3)
    noisy = (weights @ truth) * np.exp(rng.normal(0, 0.3, (150, 3)))
    votes = np.array([rng.multinomial(400, row / row.sum()) for row in noisy], dtype=float)
    fitted = fit(votes, composition, SPEC)
    assert fitted.dispersion > 2
    assert fitted.precinct_sd > 0.1
    mean = support_of(fitted.theta)
    np.testing.assert_allclose(mean.sum(axis=1), 1.0)
    np.testing.assert_allclose(mean[[KOREAN, LATINO]], truth[[KOREAN, LATINO]], atol=0.08)


def test_same_votes_under_other_order_of_precincts() -> None:
    rng = np.random.default_rng(6)
    composition = electorate(60, rng)
    votes = rng.multinomial(300, [0.5, 0.5], 60).astype(float)
    order = rng.permutation(60)
    np.testing.assert_allclose(
        fit(votes, composition, SPEC).theta, fit(votes[order], composition[order], SPEC).theta, atol=1e-6
    )
