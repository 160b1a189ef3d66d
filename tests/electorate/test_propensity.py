import numpy as np
import pytest

from turnout.electorate.propensity import group_tilt, pooled, tilt_of_sums


def two_groups(rng, n=40_000):
    """Two groups told by a name right four times in five; the second votes early three times as often."""
    group = rng.integers(2, size=n)
    name = np.where(rng.random(n) < 0.8, group, 1 - group)
    way = np.where(rng.random(n) < np.where(group == 1, 0.3, 0.1), 0, 3)
    return group, name, way


def by_counting(group, known):
    """P(group | known), by counting."""
    count = np.zeros((known.max() + 1, 2))
    np.add.at(count, (known, group), 1)
    return (count / count.sum(axis=1, keepdims=True))[known]


def sums(way, probability):
    """Sums of probabilities by way, all voters being of one feature row: (1, ways, groups)."""
    return np.array([[probability[way == one].sum(axis=0) for one in range(4)]])


def test_the_odds_between_groups_are_found_whether_or_not_the_estimate_knows_the_way():
    group, name, way = two_groups(np.random.default_rng(0))
    chances = np.array([[0.2, 0.0, 0.0, 0.8]]) + 1e-9
    unknowing = group_tilt(np.tile(chances, (len(way), 1)), way, by_counting(group, name), 1.0)
    knowing = tilt_of_sums(chances, sums(way, by_counting(group, 2 * name + (way == 0))), 1.0)
    for tilt in (unknowing, knowing):
        assert tilt[1, 0] / tilt[0, 0] == pytest.approx((0.3 / 0.7) / (0.1 / 0.9), rel=0.08)


def test_counting_the_way_twice_drives_the_groups_apart():
    group, name, way = two_groups(np.random.default_rng(0))
    probability = by_counting(group, 2 * name + (way == 0))
    chances = np.array([[0.2, 0.0, 0.0, 0.8]]) + 1e-9
    right = tilt_of_sums(chances, sums(way, probability), 1.0)
    twice = group_tilt(np.tile(chances, (len(way), 1)), way, probability, 1.0)
    assert twice[1, 0] / twice[0, 0] > 1.5 * right[1, 0] / right[0, 0]


def test_pooling_elections_averages_groups_and_leaves_a_later_ones_turnout_out():
    first = np.array([[1.0, 2.0, 1.0, 1.0], [1.0, 0.5, 1.0, 1.0]])
    # the second knows groups to be alike at the polls, and had ten times the turnout there
    second = np.array([[1.0, 10.0, 1.0, 1.0], [1.0, 10.0, 1.0, 1.0]])
    mean = pooled([first, second])
    assert mean[:, 1] == pytest.approx([2 ** (2 / 3), 0.5 ** (2 / 3)])
    assert pooled([first]) == pytest.approx(first)
