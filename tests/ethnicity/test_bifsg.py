import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import SkipTestWarning
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
    assert model.predict(PEOPLE)[:3].tolist() == ["korean", "vietnamese", "latino"]


def test_an_unseen_precinct_has_the_districts_make_up():
    voters = electorate(500, 3, seed=2).voters
    model = BIFSG().fit(voters)
    unseen = pl.DataFrame({"last_name": [None], "precinct": ["nowhere"]}, schema_overrides={"last_name": pl.String})
    np.testing.assert_allclose(model.predict_proba(unseen)[0], model.district_, atol=1e-6)


def test_nobody():
    model = BIFSG().fit(PEOPLE)
    assert model.predict_proba(PEOPLE.clear()).shape == (0, 12)


def test_no_table_is_refused():
    with pytest.raises(InputRefused, match="last_name"):
        BIFSG().fit(pl.DataFrame({"surname": ["Kim"]}))


def test_manners():
    model = clone(BIFSG(learn_prior=False))
    assert model.get_params() == {"learn_prior": False}
    assert Pipeline([("names", model)]).fit(PEOPLE).predict_proba(PEOPLE).shape == (5, 12)
    assert model.classes_.tolist() == list(GROUPS)
    with pytest.warns(SkipTestWarning, match="BIFSG"):  # it says itself that arrays of numbers are no names
        check_estimator(BIFSG())
