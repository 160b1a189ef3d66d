"""The scikit-learn estimators a specification may name: a second's import, so only of a run that fits one."""

from typing import Final

from sklearn.base import ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils._param_validation import InvalidParameterError

__all__ = [
    "ESTIMATORS",
    "ColumnTransformer",
    "ConvergenceWarning",
    "InvalidParameterError",
    "OneHotEncoder",
    "Pipeline",
]

#: By name, those of :data:`turnout.electorate.specification.ESTIMATORS`.
ESTIMATORS: Final[dict[str, type[ClassifierMixin]]] = {
    "LogisticRegression": LogisticRegression,
    "HistGradientBoostingClassifier": HistGradientBoostingClassifier,
    "RandomForestClassifier": RandomForestClassifier,
}
