import numpy as np
import pytest

from turnout.ethnicity import raking
from turnout.vocabulary import GROUPS


@pytest.fixture
def posterior():
    return np.random.default_rng(4).dirichlet(np.full(len(GROUPS), 0.2), size=4000)


def margins(**known: float) -> np.ndarray:
    return np.array([known.get(group, np.nan) for group in GROUPS])


def test_means_are_exact_and_rows_sum_to_one(posterior):
    raked = raking.rake(posterior, margins(korean=0.06, latino=0.5))
    assert raked[:, GROUPS.index("korean")].mean() == pytest.approx(0.06, abs=1e-8)
    assert raked[:, GROUPS.index("latino")].mean() == pytest.approx(0.5, abs=1e-8)
    np.testing.assert_allclose(raked.sum(axis=1), 1.0, atol=1e-12)


def test_all_groups_known(posterior):
    wanted = np.random.default_rng(5).dirichlet(np.ones(len(GROUPS)))
    raked = raking.rake(posterior, wanted)
    np.testing.assert_allclose(raked.mean(axis=0), wanted, atol=1e-7)


def test_nothing_known_changes_nothing(posterior):
    np.testing.assert_allclose(raking.rake(posterior, margins()), posterior, atol=1e-12)


def test_no_group_is_ever_left_without_room():
    target = raking.feasible(margins(white=0.6, latino=0.4))
    assert target[GROUPS.index("white")] + target[GROUPS.index("latino")] == pytest.approx(1 - 1e-5)
    assert raking.feasible(margins(korean=0.0))[GROUPS.index("korean")] > 0
