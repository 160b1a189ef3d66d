"""Names and places to probabilities: who the voters are, as honestly as names can say.

:func:`estimate` fills the table ``ethnicity``; :class:`BIFSG` is the same model as a scikit-learn estimator;
:func:`calibrate` compares with what voters call themselves.
"""

from typing import TYPE_CHECKING

from turnout.ethnicity.calibration import calibrate
from turnout.ethnicity.estimation import early_composition, election_used, estimate, summary, totals
from turnout.ethnicity.tables import shared_surnames, shared_surnames_with_first_names

if TYPE_CHECKING:
    from turnout.ethnicity.bifsg import BIFSG

__all__ = [
    "BIFSG",
    "calibrate",
    "early_composition",
    "election_used",
    "estimate",
    "shared_surnames",
    "shared_surnames_with_first_names",
    "summary",
    "totals",
]


def __getattr__(name: str) -> object:
    """Import the estimator when it is asked for: scikit-learn takes a second to load, and estimating needs none."""
    if name != "BIFSG":
        raise AttributeError(f"module 'turnout.ethnicity' has no attribute {name!r}")
    from turnout.ethnicity.bifsg import BIFSG  # noqa: PLC0415

    return BIFSG
