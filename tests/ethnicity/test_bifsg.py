import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import check_estimator

from tests.ethnicity.simulated import electorate
from turnout.contest import Contest
from turnout.errors import InputRefused
from turnout.ethnicity import BIFSG, estimate
from turnout.vocabulary import GROUPS

PEOPLE = pl.DataFrame(
    {"last_name": ["Kim", "Nguyen", "Garcia", None, "Zqxxqv"], "first_name": ["Grace", "Linh", None, None, "Maria"]}
)


def test_the_same_numbers_as_in_the_database(workspace):
    voters = electorate(3000, 8, seed=2).voters
    workspace.append("voters", voters)
    estimate(workspace, Contest())
    expected = workspace.table("ethnicity").select(GROUPS).to_numpy()
    np.testing.assert_allclose(BIFSG().fit(voters).predict_proba(voters), expected, atol=2e-5)


def test_arrow_and_polars_alike_and_rows_in_order():
    model = BIFSG().fit(PEOPLE)
    np.testing.assert_array_equal(model.predict_proba(PEOPLE), model.predict_proba(PEOPLE.to_arrow()))
    np.testing.assert_allclose(model.predict_proba(PEOPLE.reverse())[::-1], model.predict_proba(PEOPLE), atol=1e-6)


def test_without_learning_the_prior_is_the_models():
    model = BIFSG(learn_prior=False).fit(PEOPLE)
    unnamed = model.predict_proba(pl.DataFrame({"last_name": [None]}, schema={"last_name": pl.String}))
    np.testing.assert_allclose(unnamed[0], model.district_, atol=1e-6)
    likeliest = model.predict_proba(PEOPLE)[:3].argmax(axis=1)
    assert [GROUPS[index] for index in likeliest] == ["korean", "vietnamese", "latino"]


def test_an_unseen_precinct_has_the_districts_make_up():
    voters = electorate(500, 3, seed=2).voters
    model = BIFSG().fit(voters)
    unseen = pl.DataFrame({"last_name": [None], "precinct": ["nowhere"]}, schema_overrides={"last_name": pl.String})
    np.testing.assert_allclose(model.predict_proba(unseen)[0], model.district_, atol=1e-6)


def test_labels_are_worth_what_is_stated_as_in_a_contest(workspace):
    voters = electorate(2000, 4, seed=2).voters.with_columns(
        vendor_ethnicity=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("Korean"))
    )
    workspace.append("voters", voters)
    estimate(workspace, Contest.model_validate({"ethnicity": {"vendor_reliability": 0.3}}))
    expected = workspace.table("ethnicity").select(GROUPS).to_numpy()
    np.testing.assert_allclose(BIFSG(vendor_reliability=0.3).fit(voters).predict_proba(voters), expected, atol=2e-5)
    korean = GROUPS.index("korean")
    believed = BIFSG(vendor_reliability=0.99, learn_prior=False).fit(voters).predict_proba(voters)[::3, korean]
    doubted = BIFSG(vendor_reliability=0.3, learn_prior=False).fit(voters).predict_proba(voters)[::3, korean]
    assert (believed > doubted).all()


@pytest.mark.parametrize("stated", [0, 1, -0.5, 1.5, float("nan")])
def test_a_reliability_that_is_no_chance_is_refused(stated):
    with pytest.raises(ValueError, match=r"vendor_reliability is .* above 0 and below 1"):
        BIFSG(vendor_reliability=stated).fit(PEOPLE)


def test_nobody():
    model = BIFSG().fit(PEOPLE)
    assert model.predict_proba(PEOPLE.clear()).shape == (0, 12)


def test_no_table_is_refused():
    with pytest.raises(InputRefused, match="last_name"):
        BIFSG().fit(pl.DataFrame({"surname": ["Kim"]}))


def test_manners():
    model = clone(BIFSG(learn_prior=False))
    assert model.get_params() == {"learn_prior": False, "vendor_reliability": None}
    assert Pipeline([("names", model)]).fit(PEOPLE).predict_proba(PEOPLE).shape == (5, 12)
    assert model.classes_.tolist() == list(GROUPS)


@pytest.mark.parametrize("learn_prior", [True, False])
def test_it_passes_scikit_learns_checks(learn_prior):
    """All that apply: the one left out needs an environment variable to be set before SciPy is imported."""
    done = check_estimator(BIFSG(learn_prior=learn_prior), on_skip=None)
    assert {entry["check_name"] for entry in done if entry["status"] != "passed"} <= {"check_array_api_input"}
    assert len(done) >= 39


def test_an_array_has_the_columns_in_order():
    array = np.array([["Kim", "Grace"], ["Nguyen", "Linh"]], dtype=object)
    table = pl.DataFrame({"last_name": ["Kim", "Nguyen"], "first_name": ["Grace", "Linh"]})
    np.testing.assert_array_equal(BIFSG().fit(array).predict_proba(array), BIFSG().fit(table).predict_proba(table))


def test_every_column_of_evidence_is_read_as_in_the_database(workspace):
    """Middle name, party, place of birth, language, label, tract and ZIP: the same numbers as by SQL."""
    voters = electorate(2000, 6, seed=3).voters
    size = len(voters)
    voters = voters.with_columns(
        middle_name=pl.Series(["Ji Young", "Maria", None, "J", "Jackson"] * (size // 5)),
        party=pl.Series(["DEM", "REP", None, "NPP"] * (size // 4)),
        place_of_birth=pl.Series(["CA", "KOREA", "MEXICO", None] * (size // 4)),
        language=pl.Series(["ENG", "KOR", None, "SPA"] * (size // 4)),
        vendor_ethnicity=pl.Series(["Asian", None, "White", None, "Korean"] * (size // 5)),
        tract=pl.Series([None, "101", "102", None] * (size // 4)),
        zip=pl.Series(["90005", "90006"] * (size // 2)),
        precinct=pl.when(pl.int_range(size) % 7 == 0).then(pl.lit("")).otherwise("precinct"),
    )
    workspace.append("voters", voters)
    estimate(workspace, Contest())
    expected = workspace.table("ethnicity").select(GROUPS).to_numpy()
    np.testing.assert_allclose(BIFSG().fit(voters).predict_proba(voters), expected, atol=2e-5)
