"""Bounds on a group's support that rest on no model."""

import numpy as np
import pytest

from turnout.projection import bounds


def test_they_are_the_textbook_ones():
    # 100 votes, 70 for the first; 60 of the voters are of the first group.
    low, high = bounds.of_support(np.array([[70.0, 30.0]]), np.array([[60.0, 40.0]]))
    np.testing.assert_allclose(low, [[30 / 60, 0.0], [10 / 40, 0.0]])
    np.testing.assert_allclose(high, [[1.0, 30 / 60], [1.0, 30 / 40]])


def test_a_unit_of_one_group_tells_all_of_it():
    low, high = bounds.of_support(np.array([[70.0, 30.0], [10.0, 90.0]]), np.array([[5.0, 0.0], [0.0, 2.0]]))
    np.testing.assert_allclose(low, [[0.7, 0.3], [0.1, 0.9]])
    np.testing.assert_allclose(high, low)


def test_they_hold_whatever_the_truth_is():
    rng = np.random.default_rng(5)
    voters = rng.uniform(5, 200, (40, 3))
    support = rng.dirichlet(np.ones(3), (40, 3))  # of every group in every unit
    votes = (voters[:, :, None] * support).sum(axis=1)
    truth = (voters[:, :, None] * support).sum(axis=0) / voters.sum(axis=0)[:, None]
    low, high = bounds.of_support(votes, voters)
    assert (low <= truth + 1e-9).all()
    assert (truth <= high + 1e-9).all()
    assert (high - low).min() > 0.01


def test_a_group_that_is_nowhere_has_none():
    low, high = bounds.of_support(np.array([[7.0, 3.0]]), np.array([[4.0, 0.0]]))
    assert np.isnan(low[1]).all()
    assert np.isnan(high[1]).all()
    assert low[0] == pytest.approx([0.7, 0.3])
