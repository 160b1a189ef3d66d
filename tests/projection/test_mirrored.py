"""Draws come in pairs of opposite sign."""

import numpy as np
import pytest

from turnout.projection import mirrored


@pytest.mark.parametrize("draws", [1, 2, 7, 400])
def test_every_draw_but_a_last_odd_one_has_its_opposite(draws) -> None:
    values = mirrored.normal(np.random.default_rng(3), (5, draws))
    assert values.shape == (5, draws)
    half = mirrored.half(draws)
    np.testing.assert_array_equal(values[:, : draws - half], -values[:, half:])
    assert (values[:, :half] != 0).all()
