"""The estimate as a scikit-learn estimator over a table of voters."""

import math
from typing import Any, Final, Self, TypeAlias

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, check_is_fitted

from turnout import resources
from turnout.errors import InputRefused
from turnout.ethnicity import composition, estimation, evidence, specification, tables
from turnout.ethnicity.coding import Coded, code, rows
from turnout.ethnicity.evidence import Evidence
from turnout.vocabulary import GROUPS

#: Columns of the voter file that are read, in the order an array without names has them.
COLUMNS: Final = (
    *("last_name", "first_name", "county", "precinct", "middle_name", "tract", "zip"),
    *("place_of_birth", "language", "party", "vendor_ethnicity"),
)
Table: TypeAlias = pl.DataFrame | pa.Table | np.ndarray
_NEVER_NULL: Final = ("county", "precinct")


class BIFSG(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Names, place and labels of origin to probabilities of the leaf groups.

    X is a Polars or Arrow table with the column ``last_name`` and any other of :data:`COLUMNS`; further columns are
    left alone. An array has the first of them, in that order; what is no text is spelled as text. There is nothing to
    label: ``fit`` learns the make-up of the places, and what parties and labels of origin say, from the names (EM),
    as :func:`turnout.ethnicity.estimate` does, and ignores ``y``.

    There is no ``predict``: counts made from labels are biased, sums of probabilities are not.

    Parameters
    ----------
    learn_prior : bool
        If false, ``fit`` learns nothing and every voter has the prior of ``models/ethnicity.toml``.
    vendor_reliability : float or None
        Chance that a label in ``vendor_ethnicity`` names the voter's own group, above 0 and below 1; at most this is
        taken. None: as ``models/ethnicity.toml`` has it. The setting of contests by that name.

    Attributes
    ----------
    classes_ : (12,) the leaf groups, in the order of the columns of ``predict_proba``
    district_ : (12,) make-up of the electorate
    places_ : table ``county, place`` and one column a group: the weight of each, by place
    n_features_in_ : columns of X

    Examples
    --------
    >>> import polars as pl
    >>> from turnout.vocabulary import GROUPS
    >>> people = pl.DataFrame({"last_name": ["Kim", "Nguyen"], "first_name": ["Grace", "Linh"]})
    >>> shares = BIFSG(learn_prior=False).fit(people).predict_proba(people)
    >>> [GROUPS[index] for index in shares.argmax(axis=1)]
    ['korean', 'vietnamese']
    """

    def __init__(self, learn_prior: bool = True, vendor_reliability: float | None = None) -> None:
        self.learn_prior = learn_prior
        self.vendor_reliability = vendor_reliability

    def fit(self, X: Table, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's form
        """Learn the make-up of the places, and what labels say, from the names in X.

        Raises
        ------
        InputRefused
            If X is a table without a column ``last_name``, or with nobody in it.
        ValueError
            If ``vendor_reliability`` is no chance.
        """
        if self.vendor_reliability is not None and not 0 < self.vendor_reliability < 1:
            raise ValueError(
                f"BIFSG: vendor_reliability is {self.vendor_reliability}. Give a number above 0 and below 1, or None."
            )
        frame, width = _voters(X)
        if frame.is_empty():
            raise InputRefused("BIFSG: found 0 sample(s) in X, nothing to learn from. Give at least one voter.")
        model = specification.load().trusting(self.vendor_reliability)
        with _database(frame) as connection:
            known = evidence.read(rows(connection, "ethnicity/voter_labels"), model)
            coded = _coded(connection, known, len(frame))
            fitted = estimation.fit(coded, tables.shipped(), known, model, learn_prior=self.learn_prior)
            places: pl.DataFrame = connection.table("ethnicity_places").pl().sort("place_id")
        self.classes_ = np.array(GROUPS)
        self.n_features_in_ = width
        self.district_ = fitted.composition.district
        weight = estimation.weights(fitted).select(GROUPS).to_numpy()
        self.places_ = places.select("county", "place").hstack(pl.DataFrame(weight, schema=list(GROUPS)))
        self._tables, self._known = fitted.tables, known
        return self

    def predict_proba(self, X: Table) -> np.ndarray:
        """Probabilities, float32 (voters, 12). A place not seen in ``fit`` has the make-up of the electorate."""
        check_is_fitted(self)
        frame, width = _voters(X)
        if width != self.n_features_in_ and isinstance(X, np.ndarray):
            raise ValueError(
                f"X has {width} features, but BIFSG is expecting {self.n_features_in_} features as input."
            )
        if frame.is_empty():
            return np.empty((0, len(GROUPS)), dtype=np.float32)
        with _database(frame) as connection:
            coded = _coded(connection, self._known, len(frame))
            order = rows(connection, "ethnicity/sample", step=1)["position"].to_numpy()
            places: pl.DataFrame = connection.table("ethnicity_places").pl().sort("place_id")
        weight = (
            places.join(self.places_, on=["county", "place"], how="left", maintain_order="left")
            .select(pl.col(group).fill_null(share) for group, share in zip(GROUPS, self.district_, strict=True))
            .to_numpy()
        )
        layout = coded.layout
        likelihood = self._tables.likelihood(coded.codes)
        found = np.empty_like(likelihood)
        found[order] = composition.finished(likelihood, weight[layout.precinct], layout.voters)
        return found

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn's own type
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        tags.target_tags.required = False
        return tags


def _coded(connection: duckdb.DuckDBPyConnection, known: Evidence, voters: int) -> Coded:
    coded = code(connection, tables.shipped(), known, None, max(voters, 1))
    assert coded is not None  # noqa: S101 - there are voters
    return coded


def _voters(X: object) -> tuple[pl.DataFrame, int]:
    """Return the columns read, as text, and how many columns there were."""
    frame = pl.from_arrow(X) if isinstance(X, pa.Table) else X
    if not isinstance(frame, pl.DataFrame):
        return _of_array(X)
    if "last_name" not in frame.columns:
        raise InputRefused("BIFSG needs a column last_name. Name the column so.")
    there = [name for name in COLUMNS if name in frame.columns]
    return frame.select(pl.col(name).cast(pl.String) for name in there), len(frame.columns)


def _of_array(X: object) -> tuple[pl.DataFrame, int]:
    array = check_array(X, dtype=None, ensure_all_finite=False, ensure_min_samples=1, estimator="BIFSG")
    if np.iscomplexobj(array):
        raise ValueError("Complex data not supported")
    width = min(array.shape[1], len(COLUMNS))
    columns = {
        name: pl.Series([_text(value) for value in column], dtype=pl.String)
        for name, column in zip(COLUMNS, array[:, :width].T.tolist(), strict=False)
    }
    return pl.DataFrame(columns), array.shape[1]


def _text(value: object) -> str | None:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return None if missing else str(value)


def _database(frame: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that holds the voters, numbered in their order."""
    connection = duckdb.connect(":memory:")
    connection.execute(resources.sql("schema"))
    numbered = frame.with_columns(pl.col(name).fill_null("") for name in _NEVER_NULL if name in frame.columns)
    numbered = numbered.with_columns(voter_id=pl.int_range(pl.len()).cast(pl.String).str.zfill(12))
    connection.register("incoming", numbered)
    connection.execute("INSERT INTO voters BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")
    return connection
