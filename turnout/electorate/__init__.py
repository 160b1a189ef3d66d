"""Who is still to vote: propensity by scikit-learn, cohorts, and cells by SQL."""

from turnout.electorate.build import build, build_or_take_over
from turnout.electorate.describing import fitted_before
from turnout.electorate.evaluation import MODELS, Comparison, compare, evaluate
from turnout.electorate.model import Electorate, cohorts, stream

__all__ = [
    "MODELS",
    "Comparison",
    "Electorate",
    "build",
    "build_or_take_over",
    "cohorts",
    "compare",
    "evaluate",
    "fitted_before",
    "stream",
]
