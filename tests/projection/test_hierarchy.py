"""The Gaussian hierarchy: what it learns, what it leaves open, and that its draws are its posterior."""

import numpy as np
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone

from turnout.errors import UsageError
from turnout.projection.hierarchy import NOISE, Blended, GaussianHierarchy
from turnout.projection.terms import HierarchySpec, Noise, Term

SPEC = HierarchySpec(
    about="test",
    provenance="test",
    term=(
        Term(name="all", sd=1.0, component="whole"),
        Term(name="county", by=("county",), sd=0.5, component="county"),
        Term(name="slope", loading=("x",), mean=0.3, sd=0.4, component="slope"),
    ),
    noise=(Noise(sd=0.1),),
)


def simulated(rows: int = 600, counties: int = 6) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    county = rng.integers(0, counties, rows)
    x = rng.standard_normal(rows)
    effect = np.linspace(-0.6, 0.6, counties)
    y = 0.8 + effect[county] + 0.5 * x + 0.1 * rng.standard_normal(rows)
    return pl.DataFrame({"county": county, "x": x}), y, effect


def dense_posterior(X: pl.DataFrame, y: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The textbook formula, with dense matrices: the oracle."""
    county = X["county"].to_numpy()
    Z = np.column_stack([np.ones(len(y)), np.eye(county.max() + 1)[county], X["x"].to_numpy()])
    prior_sd = np.array([1.0] + [0.5] * (county.max() + 1) + [0.4])
    prior_mean = np.array([0.0] * (county.max() + 2) + [0.3])
    precision = Z[observed].T @ Z[observed] / 0.1**2 + np.diag(prior_sd**-2)
    mean = np.linalg.solve(precision, Z[observed].T @ y[observed] / 0.1**2 + prior_mean / prior_sd**2)
    return Z @ mean, Z @ np.linalg.inv(precision) @ Z.T


def test_posterior_is_the_textbook_one() -> None:
    X, y, _ = simulated()
    observed = np.arange(len(y)) < 40
    fitted = GaussianHierarchy(SPEC).fit(X, y, np.zeros(len(y)), observed)
    mean, covariance = dense_posterior(X, y, observed)
    np.testing.assert_allclose(fitted.predict(), mean, atol=1e-9)
    effects = fitted.draw_effects(20_000, np.random.default_rng(1))
    drawn = fitted.design_ @ effects
    np.testing.assert_allclose(drawn.mean(axis=1), mean, atol=0.02)
    np.testing.assert_allclose(drawn[:30].std(axis=1), np.sqrt(np.diag(covariance))[:30], rtol=0.05)


def test_an_outcome_of_several_rows_is_one_of_their_mean() -> None:
    X, y, _ = simulated()
    X = X.with_columns(x=pl.when(pl.col("x") > 0).then(1.0).otherwise(-0.5))
    county, x = X["county"].to_numpy(), X["x"].to_numpy()
    weights = np.stack([(county == 2) & (x > 0), county == 4]).astype(float)
    weights /= weights.sum(axis=1, keepdims=True)
    together = Blended(sparse.csr_array(weights), weights @ y, np.array([0.2, 0.05]))
    nothing = np.zeros(len(y), dtype=bool)
    fitted = GaussianHierarchy(SPEC).fit(X, y, np.zeros(len(y)), nothing, together)
    Z = np.column_stack([np.ones(len(y)), np.eye(6)[county], x])
    of_both, certainty = weights @ Z, np.diag(1.0 / (together.variance + 0.1**2))
    precision = of_both.T @ certainty @ of_both + np.diag(np.array([1.0, *[0.5] * 6, 0.4]) ** -2.0)
    prior = np.array([0.0] * 7 + [0.3 / 0.4**2])
    expected = Z @ np.linalg.solve(precision, of_both.T @ certainty @ (weights @ y) + prior)
    np.testing.assert_allclose(fitted.predict(), expected, atol=1e-9)


def test_what_hardly_moves_an_outcome_of_several_rows_is_left_to_its_variance() -> None:
    X, y, _ = simulated()
    X = X.with_columns(x=pl.lit(0.05))
    weights = sparse.csr_array(np.full((1, len(y)), 1.0 / len(y)))
    nothing = np.zeros(len(y), dtype=bool)
    fitted = GaussianHierarchy(SPEC).fit(X, y, np.zeros(len(y)), nothing, Blended(weights, [1.0], [0.0]))
    assert fitted.mean_[7] == pytest.approx(0.3)
    assert fitted.mean_[0] > 0.5


def test_learns_what_is_there() -> None:
    X, y, effect = simulated()
    fitted = GaussianHierarchy(SPEC).fit(X, y, np.zeros(len(y)), np.ones(len(y), dtype=bool))
    level = fitted.mean_[0] + fitted.mean_[1:7]
    np.testing.assert_allclose(level, 0.8 + effect, atol=0.06)
    assert fitted.mean_[7] == pytest.approx(0.5, abs=0.02)


def test_nothing_observed_gives_the_prior() -> None:
    X, y, _ = simulated(rows=50)
    fitted = GaussianHierarchy(SPEC).fit(X, y, np.ones(50), np.zeros(50, dtype=bool))
    np.testing.assert_allclose(fitted.predict(), 0.3 * X["x"].to_numpy(), atol=1e-12)
    spread = fitted.draw_effects(20_000, np.random.default_rng(2)).std(axis=1)
    np.testing.assert_allclose(spread, [1.0, *[0.5] * (len(spread) - 2), 0.4], rtol=0.03)


def test_components_can_be_drawn_alone() -> None:
    X, y, _ = simulated(rows=80)
    fitted = GaussianHierarchy(SPEC).fit(X, y, np.ones(80), np.zeros(80, dtype=bool))
    rng = np.random.default_rng(3)
    only = fitted.draw_effects(500, rng, {"county"})
    assert len(set(only[0])) == 1
    assert len(set(only[-1])) == 1
    assert (only[1:-1].std(axis=1) > 0.4).all()
    # nothing of another component's varies, so one column stands for all draws
    np.testing.assert_allclose(fitted.draw_effects(500, rng, {"none of them"})[:, 0], fitted.mean_, rtol=1e-6)
    assert fitted.draw_effects(500, rng, {"none of them"}).shape == (len(fitted.mean_), 1)
    assert fitted.draw_effects(500, rng, {NOISE}).shape == (len(fitted.mean_), 500)
    rows = np.arange(10)
    still = fitted.draw_rows(rows, fitted.mean_[:, None], rng, {"county"})
    np.testing.assert_allclose(still[:, 0], fitted.predict()[:10], rtol=1e-6)
    noisy = fitted.draw_rows(rows, np.repeat(fitted.mean_[:, None], 4000, axis=1), rng, {NOISE})
    np.testing.assert_allclose(noisy.std(axis=1), 0.1, rtol=0.06)


def test_one_wrong_county_moves_no_other() -> None:
    X, y, _ = simulated()
    wrong = np.where(X["county"].to_numpy() == 0, y - 8.0, y)
    every = np.ones(len(y), dtype=bool)
    right = GaussianHierarchy(SPEC).fit(X, y, np.zeros(len(y)), every)
    fitted = GaussianHierarchy(SPEC).fit(X, wrong, np.zeros(len(y)), every)
    elsewhere = X["county"].to_numpy() > 0
    np.testing.assert_allclose(fitted.predict()[elsewhere], right.predict()[elsewhere], atol=0.02)
    assert fitted.mean_[0] == pytest.approx(right.mean_[0], abs=0.3)


def test_balanced_effects_move_rows_only_against_each_other() -> None:
    term = Term(name="unit", by=("unit",), balance=("county",), sd=0.7, component="unit")
    spec = HierarchySpec(about="", provenance="", term=(term,), noise=(Noise(sd=0.05),))
    X = pl.DataFrame({"unit": [0, 1, 2, 3], "county": [0, 0, 0, 0], "weight": [1.0, 1.0, 1.0, 1.0]})
    y, seen = np.array([-0.9, -0.6, 0.0, 0.0]), np.array([True, True, False, False])
    fitted = GaussianHierarchy(spec).fit(X, y, np.zeros(4), seen)
    assert fitted.predict()[2:].min() > 0.4  # what two are below the mean of all, the others are above
    np.testing.assert_allclose(fitted.predict().sum(), 0.0, atol=0.02)


def test_moments_recover_how_widely_effects_spread() -> None:
    rng = np.random.default_rng(8)
    county = rng.integers(0, 200, 8000)
    spec = SPEC.model_copy(update={"term": SPEC.term[:2]})
    y = 0.4 + 0.3 * rng.standard_normal(200)[county] + 0.1 * rng.standard_normal(8000)
    X, every = pl.DataFrame({"county": county}), np.ones(8000, dtype=bool)
    for _ in range(6):
        fitted = GaussianHierarchy(spec).fit(X, y, np.zeros(8000), every)
        county_moment = fitted.moments(50, rng)["county"]
        county_term = spec.term[1].model_copy(update={"sd": float(np.sqrt(county_moment.square))})
        spec = spec.model_copy(update={"term": (spec.term[0], county_term)})
    assert 190 < county_moment.told <= 200  # forty rows settle nearly all of what a county does
    assert spec.term[1].sd == pytest.approx(0.3, abs=0.05)
    ((rows, noise),) = fitted.noise_moments(X, y, np.zeros(8000), every)
    assert rows > 7900
    assert np.sqrt(noise) == pytest.approx(0.1, abs=0.01)


def test_effects_that_rows_say_little_of_count_little() -> None:
    rng = np.random.default_rng(9)
    county = np.repeat(np.arange(100), 2)
    spec = SPEC.model_copy(update={"term": SPEC.term[1:2]})
    X, every = pl.DataFrame({"county": county}), np.ones(200, dtype=bool)
    y, variance = 0.5 * rng.standard_normal(100)[county] + rng.standard_normal(200), np.ones(200)
    moment = GaussianHierarchy(spec).fit(X, y, variance, every).moments(200, rng)["county"]
    # a mean of two has variance 1/2 (and the noise's 0.1² / 2); a county's effect a prior one of 1/4
    assert moment.told == pytest.approx(100 * 0.25 / (0.25 + 0.505), rel=0.05)


def test_noise_that_differs_by_row_is_learned_for_a_loading_of_one() -> None:
    rng = np.random.default_rng(10)
    loading = rng.uniform(0.2, 2.0, 4000)
    X, every = pl.DataFrame({"loading": loading}), np.ones(4000, dtype=bool)
    y, sd = 0.4 * loading * rng.standard_normal(4000), 0.2
    for _ in range(30):
        noise = (Noise(sd=sd, loading=("loading",)), Noise(sd=0.001))
        spec = SPEC.model_copy(update={"term": SPEC.term[:1], "noise": noise})
        fitted = GaussianHierarchy(spec).fit(X, y, np.zeros(4000), every)
        (_, square), _ = fitted.noise_moments(X, y, np.zeros(4000), every)
        sd = float(np.sqrt(square))
    assert sd == pytest.approx(0.4, rel=0.05)


def test_a_specification_that_does_not_belong_is_named(tmp_path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "bad.toml").write_text("about = 1\n")
    with pytest.raises(UsageError, match=r"models/bad\.toml: not a valid HierarchySpec"):
        HierarchySpec.load("bad", tmp_path)


def test_scikit_learn_copies_it():
    copy = clone(GaussianHierarchy(SPEC))
    assert copy.get_params() == {"spec": SPEC}
    assert copy.set_params(spec=SPEC).spec is SPEC
