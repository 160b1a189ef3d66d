"""Who is still to vote: propensity by scikit-learn, cohorts, and cells by SQL."""

from turnout.electorate.build import build
from turnout.electorate.evaluation import MODELS, Comparison, compare, evaluate
from turnout.electorate.model import Electorate, cohorts, stream

__all__ = ["MODELS", "Comparison", "Electorate", "build", "cohorts", "compare", "evaluate", "stream"]
