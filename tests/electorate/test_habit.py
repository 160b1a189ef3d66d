import numpy as np
import pytest

from turnout.electorate import habit


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(0)
    theta = rng.normal(0, 1.6, 20_000)
    difficulty = np.array([2.5, -0.8, 0.5, 1.2, -0.6])
    voted = rng.random((len(theta), 5)) < 1 / (1 + np.exp(-(theta[:, None] - difficulty)))
    exposure = np.where(rng.random(len(theta)) < 0.3, 2, 5)
    voted &= np.arange(5) < exposure[:, None]
    rows, count = np.unique(np.column_stack([voted @ (1 << np.arange(5)), exposure]), axis=0, return_counts=True)
    return difficulty, rows[:, 0], rows[:, 1], count.astype(float)


def test_difficulties_and_spread_are_recovered(drawn):
    difficulty, pattern, exposure, count = drawn
    fitted = habit.fit(pattern, exposure, count, 5)
    assert fitted.difficulty == pytest.approx(difficulty, abs=0.15)
    assert fitted.spread == pytest.approx(1.6, abs=0.12)


def test_the_new_are_not_taken_for_abstainers(drawn):
    _, pattern, exposure, count = drawn
    fitted = habit.fit(pattern, exposure, count, 5)
    # Nobody voted: with no election behind, with two, with five.
    nobody = fitted.logit(np.zeros(3, dtype=np.int64), np.array([0, 2, 5]), np.ones(3), 0.2)
    assert nobody[0] > nobody[1] > nobody[2]


def test_skipping_a_hard_election_says_less_than_skipping_an_easy_one(drawn):
    _, pattern, exposure, count = drawn
    fitted = habit.fit(pattern, exposure, count, 5)
    # Out of the latest (hard) and the one before (easy): voted in one, skipped the other.
    hard, easy = fitted.logit(np.array([0b01, 0b10]), np.array([2, 2]), np.ones(2), 0.2)
    both = fitted.posterior(np.array([0b01, 0b10, 0b00]), np.array([1, 2, 1])) @ np.arange(25)
    assert hard == easy  # in a Rasch model the number of votes is sufficient among those equally exposed
    assert both[0] > both[1] > both[2]


def test_mean_chance_is_the_turnout_asked_for(drawn):
    _, pattern, exposure, count = drawn
    fitted = habit.fit(pattern, exposure, count, 5)
    chance = 1 / (1 + np.exp(-fitted.logit(pattern, exposure, count, 0.15)))
    assert np.average(chance, weights=count) == pytest.approx(0.15, abs=0.01)


def test_everyone_or_nobody_voting_stays_finite():
    for pattern in (0, 0b11):
        fitted = habit.fit(np.array([pattern]), np.array([2]), np.array([500.0]), 2)
        assert np.isfinite(fitted.difficulty).all()
        assert np.isfinite(fitted.logit(np.array([pattern]), np.array([2]), np.array([500.0]), 0.5)).all()
