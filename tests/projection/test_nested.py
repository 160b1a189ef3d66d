"""The nested Cholesky factor, against dense algebra."""

import numpy as np
import pytest
from scipy import sparse

from turnout.projection.nested import NestedCholesky, Nesting


def nested_system(counties: int, units: int, contests: int, seed: int = 4) -> tuple[sparse.csr_array, np.ndarray]:
    """Effects of the whole, of contests, of counties, of contests in counties and of units, seen in every unit."""
    rng = np.random.default_rng(seed)
    rows = []
    county_of = rng.integers(0, max(counties, 1), units)
    first = np.cumsum([1, contests, counties, contests * counties])
    for unit, county in enumerate(county_of):
        for contest in rng.choice(contests, min(contests, 3), replace=False):
            at = [0, 1 + contest, first[1] + county, first[2] + contest * counties + county, first[3] + unit]
            rows.append((at, rng.normal(1.0, 0.3, 5)))
    size = first[3] + units
    design = np.zeros((len(rows), size))
    for number, (at, loading) in enumerate(rows):
        design[number, at] = loading
    shared = np.arange(size) < 1 + contests
    seen = sparse.csr_array(design)
    return sparse.csr_array(seen.T @ seen + sparse.eye_array(size)), shared


@pytest.mark.parametrize(("counties", "units", "contests"), [(5, 60, 4), (1, 30, 3), (12, 12, 2), (3, 0, 1)])
def test_solves_and_spreads_as_dense_algebra_does(counties, units, contests):
    system, shared = nested_system(counties, units, contests)
    nesting = Nesting.of(system, shared)
    assert sorted(nesting.order) == list(range(len(shared)))
    ordered = system.toarray()[np.ix_(nesting.order, nesting.order)]
    factor = NestedCholesky(sparse.csr_array(ordered), nesting.cuts)
    right = np.random.default_rng(0).normal(size=len(shared))
    np.testing.assert_allclose(ordered @ factor.solve(right), right, atol=1e-9)
    root = factor.spread(np.eye(len(shared)))  # L⁻ᵀ, of which the inverse is the product with its transpose
    np.testing.assert_allclose(root @ root.T @ ordered, np.eye(len(shared)), atol=1e-9)


def test_a_plan_serves_systems_of_its_pattern_and_no_other():
    system, shared = nested_system(5, 60, 4)
    nesting = Nesting.of(system, shared)
    ordered = system[nesting.order][:, nesting.order].tocsr()
    plan = NestedCholesky(ordered, nesting.cuts).plan
    for other, serves in ((2.0 * ordered, True), (ordered + sparse.csr_array(np.ones(ordered.shape)) * 1e-3, False)):
        cuts = nesting.cuts if serves else np.zeros(1, dtype=np.int64)  # all are coupled then
        factor = NestedCholesky(other.tocsr(), cuts, plan)
        assert (factor.plan is plan) == serves
        right = np.ones(len(shared))
        np.testing.assert_allclose(other @ factor.solve(right), right, atol=1e-9)


def test_a_system_that_is_not_positive_definite_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        NestedCholesky(sparse.csr_array(-np.eye(3)), np.zeros(1, dtype=np.int64))


def test_those_eliminated_first_are_not_coupled_and_blocks_are_apart():
    system, shared = nested_system(5, 300, 4)
    nesting = Nesting.of(system, shared)
    ordered = system.toarray()[np.ix_(nesting.order, nesting.order)]
    alone = int(nesting.cuts[0])
    assert alone == 300  # the units, which are coupled with the least
    assert np.count_nonzero(ordered[:alone, :alone] - np.diag(np.diag(ordered[:alone, :alone]))) == 0
    assert shared[nesting.order[nesting.cuts[-1] :]].all()
    assert len(nesting.cuts) - 1 == 5  # what is left of each county


@pytest.mark.parametrize("shared", [False, True])
def test_what_is_coupled_with_nothing_needs_a_division(shared):
    values = np.array([1.0, 4.0, 0.25])
    system = sparse.csr_array(np.diag(values))
    nesting = Nesting.of(system, np.full(3, shared))
    assert nesting.cuts.tolist() == [3]
    np.testing.assert_allclose(NestedCholesky(system, nesting.cuts).solve(np.ones(3)), 1 / values)


def test_everything_shared_is_one_dense_system():
    system, _ = nested_system(2, 5, 2)
    nesting = Nesting.of(system, np.ones(system.shape[0], dtype=np.bool_))
    ordered = system.toarray()[np.ix_(nesting.order, nesting.order)]
    solved = NestedCholesky(sparse.csr_array(ordered), nesting.cuts).solve(np.ones(len(ordered)))
    np.testing.assert_allclose(ordered @ solved, 1.0)


def test_no_unknowns():
    system = sparse.csr_array((0, 0))
    nesting = Nesting.of(system, np.zeros(0, dtype=np.bool_))
    assert NestedCholesky(system, nesting.cuts).solve(np.zeros(0)).shape == (0,)
