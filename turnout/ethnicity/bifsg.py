"""The estimate as a scikit-learn classifier over a table of names."""

from typing import Any, Final, Self

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from turnout.errors import InputRefused
from turnout.ethnicity import composition, names, specification, tables
from turnout.ethnicity.composition import Layout
from turnout.ethnicity.estimation import finished
from turnout.vocabulary import GROUPS

_NAMES: Final[tuple[tuple[tables.Kind, str], ...]] = (("surname", "last_name"), ("first", "first_name"))
_COLUMNS = ("last_name", "first_name", "county", "precinct")


class BIFSG(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Surname, first name and precinct to probabilities of the leaf groups.

    X is a Polars or Arrow table with the column ``last_name`` and, if there, ``first_name``, ``county`` and
    ``precinct``; other columns are left alone. There is nothing to label: ``fit`` learns the make-up of the precincts
    from the names (EM), as :func:`turnout.ethnicity.estimate` does, and ignores ``y``.

    Parameters
    ----------
    learn_prior : bool
        If false, ``fit`` learns nothing and every voter has the prior of ``models/ethnicity.toml``.

    Attributes
    ----------
    classes_ : (12,) the leaf groups, in the order of the columns of ``predict_proba``
    district_ : (12,) make-up of the electorate
    precincts_ : table ``county, precinct`` and one column a group

    Examples
    --------
    >>> import polars as pl
    >>> people = pl.DataFrame({"last_name": ["Kim", "Nguyen"], "first_name": ["Grace", "Linh"]})
    >>> BIFSG(learn_prior=False).fit(people).predict(people).tolist()
    ['korean', 'vietnamese']
    """

    def __init__(self, learn_prior: bool = True) -> None:
        self.learn_prior = learn_prior

    def fit(self, X: pl.DataFrame | pa.Table, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's form
        """Learn the make-up of the precincts from the names in X.

        Raises
        ------
        InputRefused
            If X is no table, or has no column ``last_name``.
        """
        frame = _table(X)
        model = specification.load()
        self.classes_ = np.array(GROUPS)
        self.n_features_in_ = len(frame.columns)
        places = frame.select("county", "precinct").unique().sort("county", "precinct")
        prior = model.prior_shares()
        if self.learn_prior and not frame.is_empty():
            fitted = composition.learn(_layout(frame, places), prior, model.fit)
            self.district_, precinct = fitted.district, fitted.precinct
        else:
            self.district_, precinct = prior, np.tile(prior, (len(places), 1))
        self.precincts_ = pl.concat([places, pl.DataFrame(precinct, schema=list(GROUPS))], how="horizontal")
        return self

    def predict_proba(self, X: pl.DataFrame | pa.Table) -> np.ndarray:
        """Probabilities, float32 (voters, 12). A precinct not seen in ``fit`` has the make-up of the district."""
        check_is_fitted(self)
        frame = _table(X)
        if frame.is_empty():
            return np.empty((0, len(GROUPS)), dtype=np.float32)
        weight = (
            frame.join(self.precincts_, on=["county", "precinct"], how="left", maintain_order="left")
            .select(pl.col(group).fill_null(share) for group, share in zip(GROUPS, self.district_, strict=True))
            .to_numpy()
        )
        likelihood = _likelihood(frame)
        return finished(_each_its_own(likelihood), weight)

    def predict(self, X: pl.DataFrame | pa.Table) -> np.ndarray:
        """Most probable group of each voter. For counts, sum probabilities instead: labels are biased."""
        chosen: np.ndarray = np.array(GROUPS)[self.predict_proba(X).argmax(axis=1)]
        return chosen

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's own type
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.target_tags.required = False
        tags.no_validation = True
        tags._skip_test = True  # scikit-learn's checks feed arrays of numbers, which are no names
        return tags


def _table(X: pl.DataFrame | pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(X) if isinstance(X, pa.Table) else X
    if not isinstance(frame, pl.DataFrame) or "last_name" not in frame.columns:
        raise InputRefused("BIFSG needs a Polars or Arrow table with a column last_name. Name the column so.")
    absent = [pl.lit(None if name == "first_name" else "", dtype=pl.String).alias(name) for name in _COLUMNS[1:]]
    missing = [column for column, name in zip(absent, _COLUMNS[1:], strict=True) if name not in frame.columns]
    return frame.with_columns(missing).select(
        pl.col("last_name", "first_name").cast(pl.String), pl.col("county", "precinct").cast(pl.String).fill_null("")
    )


def _likelihood(frame: pl.DataFrame) -> np.ndarray:
    """P(names | group) by voter, in the order of the table."""
    inputs = pl.concat(
        frame.select(pl.lit(kind).alias("kind"), pl.col(column).alias("raw")).unique().drop_nulls("raw")
        for kind, column in _NAMES
    )
    with duckdb.connect(":memory:") as connection:
        matched = names.matched(connection, inputs)
    model = specification.load()
    product = np.ones((len(frame), len(GROUPS)), dtype=np.float32)
    for kind, column in _NAMES:
        rows = matched.filter(pl.col("kind") == kind).select(
            pl.col("raw").alias(column),
            pl.when("is_missing")
            .then(names.MISSING)
            .otherwise(pl.col("table_row").fill_null(names.ON_NO_LIST))
            .alias("r"),
        )
        codes = (
            frame.select(column)
            .join(rows, on=column, how="left", maintain_order="left")["r"]
            .fill_null(names.MISSING)
        )
        product *= names.likelihoods(kind, codes.to_numpy(), model.prior_shares(), model.unlisted.tolerated)
    return product


def _layout(frame: pl.DataFrame, places: pl.DataFrame) -> Layout:
    """Voters sorted by precinct and name, so that their order in the table does not matter."""
    numbered = places.with_row_index("place")
    ordered = frame.join(numbered, on=["county", "precinct"], how="left").sort("place", "last_name", "first_name")
    place, first = np.unique(ordered["place"].to_numpy(), return_index=True)
    county = places["county"].rank("dense").to_numpy() - 1
    starts = np.append(first, len(ordered)).astype(np.int64)
    zeros = np.zeros(len(place), dtype=np.int64)
    return Layout(_likelihood(ordered), starts, place.astype(np.int64), zeros, county.astype(np.int64))


def _each_its_own(likelihood: np.ndarray) -> Layout:
    """Return a layout in which every voter is a cell."""
    zeros = np.zeros(len(likelihood), dtype=np.int64)
    return Layout(likelihood, np.arange(len(likelihood) + 1), zeros, zeros, np.zeros(1, dtype=np.int64))
