import numpy as np
import pytest

from turnout.example.sampling import Lottery, draw_with_totals, raked, smooth_field, with_total


def test_lottery_draws_each_row_with_its_weights():
    rng = np.random.default_rng(1)
    rows = np.repeat([0, 1], 20_000)
    drawn = Lottery(np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 0.0]])).draw(rng, rows)
    assert set(drawn[rows == 1]) == {1}
    assert set(drawn[rows == 0]) == {0, 2}
    assert (drawn[rows == 0] == 2).mean() == pytest.approx(0.75, abs=0.01)


def test_raked_holds_both_margins():
    rng = np.random.default_rng(2)
    rows, columns = np.full(9, 1 / 9), np.array([0.5, 0.3, 0.2])
    table = raked(rng.uniform(0.1, 5, (9, 3)), rows, columns)
    assert np.allclose(table.sum(axis=1), rows, rtol=1e-6)
    assert np.allclose(table.sum(axis=0), columns)


def test_field_has_its_spread_and_is_smooth():
    rng = np.random.default_rng(3)
    xy = rng.uniform(size=(400, 2))
    fields = smooth_field(rng, np.vstack([xy, xy + 1e-3]), 0.5, count=200)
    assert fields[0].std() == pytest.approx(0.5, rel=0.2)
    assert np.abs(fields[:400] - fields[400:]).max() < 0.05


@pytest.mark.parametrize("share", [0.02, 0.4, 0.9])
def test_with_total_reaches_the_total(share):
    utility = 2 * np.random.default_rng(4).standard_t(4, 5_000)
    assert with_total(utility, share * 5_000).sum() == pytest.approx(share * 5_000, rel=1e-6)


def test_draw_holds_totals_by_group_and_keeps_closed_ways_closed():
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1], [30_000, 10_000])
    open_to = rng.random(40_000) < 0.5
    utilities = [np.where(open_to, rng.normal(size=40_000), -np.inf), rng.normal(size=40_000)]
    totals = np.array([[3_000.0, 1_500.0], [2_500.0, 200.0]])
    way = draw_with_totals(rng, utilities, group, totals)
    assert set(way) == {-1, 0, 1}
    assert open_to[way == 0].all()
    for index in (0, 1):
        for column in (0, 1):
            count = (way[group == index] == column).sum()
            assert count == pytest.approx(totals[index, column], abs=5 * totals[index, column] ** 0.5)
