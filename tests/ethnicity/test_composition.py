from dataclasses import replace

import numpy as np
import pytest

from turnout.ethnicity import composition, specification
from turnout.ethnicity.composition import Layout
from turnout.vocabulary import GROUPS as GROUPS_IN_ORDER

FIT = specification.load().fit
GROUPS = 12


def layout(sizes: list[int], precinct: list[int], status: list[int], seed: int = 0) -> Layout:
    rng = np.random.default_rng(seed)
    likelihood = rng.dirichlet(np.full(GROUPS, 0.15), size=sum(sizes)).astype(np.float32) + np.float32(1e-4)
    starts = np.append(0, np.cumsum(sizes)).astype(np.int64)
    area, county = np.zeros(max(precinct) + 1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    return Layout(likelihood, starts, np.array(precinct), np.array(status), area, county)


@pytest.mark.parametrize("sizes", [[5, 7, 3], [20_000, 1, 30_000], [16_384, 16_384, 2]])
def test_counts_by_cell_are_the_sums_of_posteriors_whatever_the_chunks(sizes):
    voters = layout(sizes, [0, 0, 1], [0, 1, 0])
    weight = np.random.default_rng(1).dirichlet(np.ones(GROUPS), size=3)
    counts, certainty = composition.counts_by_cell(voters, weight)
    posterior = composition.posteriors(voters.likelihood, weight, voters.voters).astype(np.float64)
    bounds = zip(voters.starts[:-1], voters.starts[1:], strict=True)
    np.testing.assert_allclose(counts, [posterior[a:b].sum(axis=0) for a, b in bounds], rtol=1e-3)
    np.testing.assert_allclose(counts.sum(axis=1), sizes, rtol=1e-5)
    np.testing.assert_allclose(certainty, (posterior**2).sum(axis=0) / posterior.sum(axis=0), rtol=1e-3)


def test_what_is_learned_are_distributions():
    voters = layout([300, 200, 400], [0, 0, 1], [0, 1, 0])
    prior = np.full(GROUPS, 1 / GROUPS)
    fitted = composition.learn(voters, prior, FIT)
    for shares, axis in ((fitted.district, 0), (fitted.precinct, 1), (fitted.status, 0), (fitted.cell, 1)):
        np.testing.assert_allclose(shares.sum(axis=axis), 1.0, atol=1e-9)
        assert shares.min() > 0


def test_a_handful_of_voters_leans_on_the_prior():
    prior = np.arange(1, GROUPS + 1) / np.arange(1, GROUPS + 1).sum()
    fitted = composition.learn(layout([2], [0], [0]), prior, FIT)
    np.testing.assert_allclose(fitted.district, prior, atol=0.02)


def test_counts_are_scaled_to_margins_and_the_rest_keep_their_proportions():
    counts = np.random.default_rng(3).random((5, GROUPS)) * 100
    margins = np.full(GROUPS, np.nan)
    margins[[1, 4]] = 0.1, 0.3
    scaled = composition.scaled_to_margins(counts, margins)
    shares = scaled.sum(axis=0) / scaled.sum()
    assert shares[[1, 4]] == pytest.approx([0.1, 0.3])
    others = np.isnan(margins)
    np.testing.assert_allclose(shares[others] / 0.6, counts.sum(axis=0)[others] / counts.sum(axis=0)[others].sum())


def test_the_group_other_does_not_wither_in_a_large_file_and_names_speak_in_a_small_one():
    prior = specification.load().prior_shares()
    other = list(GROUPS_IN_ORDER).index("other")
    shares = prior.copy()
    shares[other] = 1e-4
    large = composition.held(1e6 * shares, prior, None)
    small = composition.held(2 * shares, prior, None)
    assert large[other] == pytest.approx(prior[other], rel=0.01)
    assert small[other] < 0.01 * prior[other] + 1e-4
    assert np.isnan(np.delete(large, other)).all()


def test_known_margins_come_before_what_is_held():
    prior = specification.load().prior_shares()
    margins = np.full(GROUPS, np.nan)
    margins[list(GROUPS_IN_ORDER).index("other")] = 0.001
    np.testing.assert_array_equal(composition.held(1e6 * prior, prior, margins), margins)


def test_a_place_leans_on_its_area_and_on_what_is_known_of_it():
    voters = layout([3, 3], [0, 1], [0, 0])
    lean = np.ones((2, GROUPS))
    lean[0, 6] = 8.0
    known = composition.learn(replace(voters, lean=lean), np.full(GROUPS, 1 / GROUPS), FIT)
    assert known.precinct[0, 6] > 3 * known.precinct[1, 6]
